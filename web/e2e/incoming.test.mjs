// What a Telegram customer sends besides text: files, a change, a reaction; and what is taken back on a channel that tells of it.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { after, test } from "node:test";
import { crc32, deflateSync } from "node:zlib";
import { looksGood } from "./support/looks.mjs";
import { Stage } from "./support/stage.mjs";

const TOKEN = "123456:ABC-def";
const zoe = { id: 55501, is_bot: false, first_name: "Zoë" };
const chat = { id: 55501, type: "private" };

/** A picture of one colour. */
function picture(width, height) {
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const size = Buffer.alloc(4);
    size.writeUInt32BE(data.length);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([size, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.alloc(height * (1 + 3 * width), 0x7c);
  for (let row = 0; row < height; row++) rows[row * (1 + 3 * width)] = 0;
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const parts = [chunk("IHDR", head), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))];
  return Buffer.concat([signature, ...parts]);
}

/** As much of Telegram as hands files out. */
async function telegram() {
  const files = new Map();
  const calls = [];
  const server = createServer(async (request, response) => {
    const say = (status, body) =>
      response.writeHead(status, { "content-type": "application/json" }).end(body);
    if (request.method === "GET") {
      const bytes = files.get(request.url.split("/").pop());
      if (bytes === "held") return;
      return bytes ? response.writeHead(200).end(bytes) : say(404, "{}");
    }
    const body = await json(request);
    calls.push({ method: request.url.split("/").pop(), body });
    const result = request.url.endsWith("/getFile")
      ? { file_id: body.file_id, file_path: `documents/${body.file_id}` }
      : { message_id: 200 + calls.length, chat };
    return say(200, JSON.stringify({ ok: true, result }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { files, calls, host: `127.0.0.1:${server.address().port}` };
}

test("files, changes and reactions of a Telegram customer stand at their messages", async () => {
  const platform = await telegram();
  const stage = await Stage.set({ SWITCHBOARD_OUTGOING__ALLOW: platform.host });
  const ada = await stage.owner();
  const made = await ada.call("POST", `/scopes/${await ada.scope()}/channels`, {
    kind: "telegram",
    name: "Telegram",
    settings: { platform: { api_base: `http://${platform.host}` } },
    secrets: { bot_token: TOKEN },
  });
  assert.equal(made.status, 201, JSON.stringify(made));
  let update = 0;
  const sends = async (kind, more) => {
    update += 1;
    const from = kind === "message_reaction" ? { user: zoe } : { from: zoe };
    const answer = await fetch(`${stage.server.origin}/hooks/${made.body.id}`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-telegram-bot-api-secret-token": made.body.made_secrets.webhook_secret,
      },
      body: JSON.stringify({
        update_id: update,
        [kind]: { message_id: update, date: 1_767_225_600, chat, ...from, ...more },
      }),
    });
    assert.equal(answer.status, 200);
  };
  platform.files.set("photo", picture(640, 400));
  platform.files.set("slow", "held");
  await sends("message", { text: "/human" });
  await sends("message", { text: "Where is my ordr?" });
  await ada.openRow(ada.rows("unassigned"));
  await sends("message", { caption: "It looks like this", photo: [{ file_id: "photo" }] });
  await sends("message", { document: { file_id: "gone", file_name: "bill.pdf" } });
  await sends("message", { document: { file_id: "slow", file_name: "receipt.pdf" } });
  const { page, log } = ada;
  await log.getByRole("img", { name: "photo.jpg.png" }).waitFor();
  await log.getByText("The platform no longer has it.").waitFor();
  await log.getByText("Being fetched …").waitFor();

  await sends("edited_message", { message_id: 2, text: "Where is my order?" });
  await log.getByText("Where is my order?", { exact: true }).waitFor();
  await log.getByText("Edited").click();
  await log.getByText("Where is my ordr?").waitFor();
  await ada.reply("It left yesterday.");
  await log.getByText("Sent", { exact: true }).waitFor();
  const ours = 201 + platform.calls.findLastIndex(({ method }) => method === "sendMessage");
  await sends("message_reaction", { message_id: ours, new_reaction: [{ type: "emoji", emoji: "👍" }] });
  await log.getByText("👍").waitFor();
  await looksGood(page, "incoming");

  // Now that the chat is hers, Telegram shows that she writes.
  const writes = () => platform.calls.some(({ method }) => method === "sendChatAction");
  await ada.reply("Anything else?");
  while (!writes()) await new Promise(setImmediate);
  platform.files.set("gone", Buffer.from("%PDF-1.7\n"));
  await log.getByRole("button", { name: "Try again bill.pdf" }).click();
  await log.getByRole("link", { name: /Download bill\.pdf/ }).waitFor();
  stage.calm();
});

test("what a customer takes back is gone for members", async () => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const made = await ada.call("POST", `/scopes/${await ada.scope()}/channels`, {
    kind: "webhook",
    name: "Shop app",
    settings: { platform: { url: "https://shop.example.com/hook" } },
  });
  const key = Buffer.from(made.body.made_secrets.inbound_secret.replace("whsec_", ""), "base64");
  const sends = async (id, event) => {
    const body = JSON.stringify(event);
    const seconds = Math.floor(Date.now() / 1000);
    const signature = createHmac("sha256", key).update(`${id}.${seconds}.${body}`).digest("base64");
    const headers = {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": `${seconds}`,
    };
    const answer = await fetch(`${stage.server.origin}/hooks/${made.body.id}`, {
      method: "POST",
      headers: { ...headers, "webhook-signature": `v1,${signature}` },
      body,
    });
    assert.equal(answer.status, 200);
  };
  const data = { conversation_key: "zoe", sender: { id: "zoe", name: "Zoë" } };
  await sends("e0", { type: "message.inbound", data: { ...data, message_id: "m0", text: "/human" } });
  await sends("e1", { type: "message.inbound", data: { ...data, message_id: "m1", text: "My PIN is 1234" } });
  await ada.openRow(ada.rows("unassigned"));
  await ada.log.getByText("My PIN is 1234").waitFor();
  await sends("e2", { type: "message.deleted", data: { message_id: "m1" } });
  await ada.log.getByText("Deleted by the customer").waitFor();
  assert.equal(await ada.page.getByText("My PIN is 1234").count(), 0);
  await looksGood(ada.page, "deleted");
  await ada.page.reload();
  await ada.log.getByText("Deleted by the customer").waitFor();
  assert.equal(await ada.page.getByText("My PIN is 1234").count(), 0);
  stage.calm();
});
