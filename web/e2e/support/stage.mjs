// What every test starts from: a server of its own, a browser, an owner and, if wanted, a second agent.
import assert from "node:assert/strict";
import { after } from "node:test";
import { openBrowser } from "./browser.mjs";
import { Member } from "./member.mjs";
import { Server } from "./server.mjs";

export class Stage {
  /** Troubles of every page; each test ends with `calm`. */
  watched = [];

  /** Starts server and browser for the tests of one file; both end with it. */
  static async set(settings) {
    const stage = new Stage();
    after(async () => {
      await stage.browser?.close();
      await stage.server?.remove();
    });
    stage.server = await Server.start(settings);
    stage.browser = await openBrowser();
    return stage;
  }

  /** The owner, by the set-up link that the server printed. */
  async owner(more = {}) {
    return Member.accept(this, this.server.setupLink, {
      name: "Ada Byron",
      email: "ada@shop.example",
      ...more,
    });
  }

  /** A second agent, by a one-time link. */
  async agent(owner, name = "Ben Okri", more = {}) {
    const scope = await owner.scope();
    const email = `${name.split(" ")[0].toLowerCase()}@shop.example`;
    const invited = await owner.call("POST", `/scopes/${scope}/members`, { name, email, role: "agent" });
    assert.equal(invited.status < 300, true, JSON.stringify(invited));
    return Member.accept(this, invited.body.link, { name, ...more });
  }

  /** A channel for another site; answers its public key. */
  async addChannel(owner, name, settings) {
    const made = await owner.call("POST", `/scopes/${await owner.scope()}/channels`, { name, settings });
    assert.equal(made.status < 300, true, JSON.stringify(made));
    return made.body.public_key;
  }

  /** Nothing bad happened in any page. */
  calm() {
    assert.deepEqual(this.watched.flat(), []);
  }
}
