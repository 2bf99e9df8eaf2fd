// Where the tests of this folder are: server, fakes, and a listener in the platforms' place.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";

export const { CLIENTS_SIM: sim, CLIENTS_SERVER: server, CLIENTS_SCOPE: scope } = process.env;
const { CLIENTS_KEY: key, CLIENTS_LISTEN: port } = process.env;

/** What our server answers to an admin. */
export async function ours(method, path, body) {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const answer = await fetch(`${server}/api/v1${path}`, { method, headers, body: JSON.stringify(body) });
  const said = await answer.text();
  assert.equal(answer.ok, true, `${method} ${path}: ${answer.status} ${said}`);
  return said ? JSON.parse(said) : null;
}

/** What the fakes answer at their own addresses. */
export async function control(path, body) {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${sim}/_sim/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  assert.equal(answer.status, 200, path);
  return answer.json();
}

/** A new channel. */
export function channel(kind, platform, secrets) {
  return ours("POST", `/scopes/${scope}/channels`, { kind, name: kind, settings: { platform }, secrets });
}

/** Waits for the conversation that begins with this text; answers its id. */
export async function conversationWith(words) {
  for (;;) {
    const rows = await ours("GET", `/scopes/${scope}/conversations?state=all&limit=200`);
    const row = rows.items.find((each) => each.first_text === words);
    if (row) return row.id;
    await new Promise((tick) => setTimeout(tick, 20));
  }
}

/** Takes requests in a platform's or a program's place; `handler` may answer them. */
export async function listen(handler) {
  const seen = [];
  const waiting = [];
  const here = createServer(async (request, response) => {
    if (handler) return handler(request, response);
    const one = { headers: request.headers, body: await text(request) };
    const next = waiting.shift();
    if (next) next(one);
    else seen.push(one);
    response.writeHead(200).end();
  }).listen(Number(port), "127.0.0.1");
  await once(here, "listening");
  return {
    url: `http://127.0.0.1:${port}/hook`,
    next: () => (seen.length ? Promise.resolve(seen.shift()) : new Promise((resolve) => waiting.push(resolve))),
    close: async () => {
      here.closeAllConnections();
      here.close();
      await once(here, "close");
    },
  };
}
