// Many customers at once, each with a name and a socket, without a widget to draw: what fills a dashboard.
import { openProfile } from "./browser.mjs";

export class Crowd {
  #page;

  static async gather(stage) {
    const crowd = new Crowd();
    const profile = await openProfile(stage.browser);
    crowd.#page = await profile.newPage();
    await crowd.#page.goto(`${stage.server.origin}/demo/orders.html`);
    await crowd.#page.evaluate(prepare);
    return crowd;
  }

  /** Somebody comes, says these things and waits for the bot's answer to each; then asks for a human, or not. */
  async comes(name, texts, { human = false, email } = {}) {
    await this.#page.evaluate(([name, email]) => window.crowd.connect(name, email), [name, email]);
    for (const text of texts)
      await this.#page.evaluate(([name, text]) => window.crowd.say(name, text), [name, text]);
    if (human)
      await this.#page.evaluate((name) => window.crowd.command(name, { type: "request_human" }), name);
  }

  /** Writes once more, to whoever is there; no bot answers. */
  async adds(name, text) {
    await this.#page.evaluate(
      ([name, text]) => window.crowd.command(name, { type: "send", text }),
      [name, text],
    );
  }

  async ends(name, rating) {
    await this.#page.evaluate(
      ([name, rating]) => window.crowd.command(name, { type: "end", rating }),
      [name, rating],
    );
  }

  /** Somebody begins or stops typing. */
  async types(name, on = true) {
    await this.#page.evaluate(
      ([name, on]) => window.crowd.command(name, { type: "typing", on }, false),
      [name, on],
    );
  }

  leave() {
    return this.#page.context().close();
  }
}

/** Runs in the page. */
function prepare() {
  const people = new Map();
  let ref = 1;
  const heard = (person, wanted) =>
    new Promise((found) => {
      person.listeners.push((frame) => wanted(frame) && found(frame));
    });
  window.crowd = {
    async connect(name, email) {
      const url = new URL("/api/v1/widget/socket?channel=demo", location.href);
      url.protocol = "ws:";
      const socket = new WebSocket(url);
      const person = { socket, listeners: [] };
      socket.onmessage = ({ data }) => {
        const frame = JSON.parse(data);
        for (const listener of person.listeners) listener(frame);
      };
      people.set(name, person);
      await new Promise((opened) => {
        socket.onopen = opened;
      });
      const welcome = heard(person, (frame) => frame.type === "welcome");
      const page = {
        url: location.href,
        title: document.title,
        language: "en-GB",
        time_zone: "Europe/Lisbon",
      };
      const identity = { external_id: name, name, ...(email && { email }) };
      socket.send(JSON.stringify({ type: "hello", ref: String(ref++), identity, page }));
      await welcome;
    },
    async command(name, command, writes = true) {
      const person = people.get(name);
      const mine = String(ref++);
      const done = heard(person, (frame) => frame.ref === mine);
      person.socket.send(
        JSON.stringify({ ...command, ref: mine, ...(writes && { client_id: crypto.randomUUID() }) }),
      );
      const answer = await done;
      if (answer.type !== "ok") throw new Error(`${name}: ${JSON.stringify(answer)}`);
    },
    async say(name, text) {
      const answered = heard(
        people.get(name),
        ({ type, entry }) => type === "entry" && entry.by?.kind === "bot" && entry.seq > 2,
      );
      await this.command(name, { type: "send", text });
      await answered;
    },
  };
}
