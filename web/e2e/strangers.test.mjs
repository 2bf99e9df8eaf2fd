// A site that is not listed: it gets no widget, moves none by messages, finds no token, and shows no dashboard in a frame.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage, openProfile } from "./support/browser.mjs";
import { Customer } from "./support/customer.mjs";
import { serveSite } from "./support/site.mjs";
import { Stage } from "./support/stage.mjs";

test("a site that is not listed", async (t) => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const { origin } = stage.server;
  const [shop, thief] = [await serveSite(), await serveSite()];
  const key = await stage.addChannel(ada, "Shop", {
    title: "Shop",
    colour: "#1f6b4a",
    allowed_origins: [shop.origin],
    human_after: 0,
  });
  const embed = `<script src="${origin}/widget.js" data-channel="${key}" async></script>`;
  shop.show("Shop", embed);
  const profile = await openProfile(stage.browser);
  // What is refused and what may not be framed is noted by the browser.
  const quiet = [/403|origin|frame|Refused|X-Frame-Options|WebSocket|does not allow|ERR_FAILED/i];

  const victim = await openPage(profile, [origin, shop.origin], quiet);
  await victim.page.goto(shop.origin);
  const zoe = new Customer(profile, victim.page, victim.troubles);
  await zoe.open();
  await zoe.say("My card is 4711");

  await t.test("gets no widget by its key", async () => {
    thief.show("Thief", embed);
    const { page, troubles } = await openPage(profile, [origin, thief.origin], quiet);
    const settings = page.waitForResponse((answer) => answer.url().includes("/api/v1/widget/settings"));
    await page.goto(thief.origin);
    assert.equal((await settings).status(), 403);
    assert.equal(await page.getByRole("button", { name: /chat/i }).count(), 0);
    // Nor by speaking itself, with or without the token of somebody else.
    const token = await victim.page.evaluate((key) => localStorage.getItem(`switchboard:${key}:token`), key);
    assert.equal(typeof token, "string");
    const asked = await page.evaluate(
      async ([origin, key, token]) => {
        const address = `${origin}/api/v1/widget/entries?channel=${key}`;
        const fetched = await fetch(address, { headers: { authorization: `Bearer ${token}` } }).then(
          (answer) => answer.status,
          () => "blocked",
        );
        const socket = new WebSocket(`${origin.replace("http", "ws")}/api/v1/widget/socket?channel=${key}`);
        const opened = await new Promise((done) => {
          socket.onopen = () => done("open");
          socket.onerror = () => done("refused");
        });
        return { fetched, opened };
      },
      [origin, key, token],
    );
    assert.deepEqual(asked, { fetched: "blocked", opened: "refused" });
    assert.deepEqual(troubles, []);
    await page.close();
  });

  await t.test("moves no widget by messages and finds no token", async () => {
    const { page, troubles } = await openPage(profile, [origin, shop.origin, thief.origin], quiet);
    thief.show(
      "Thief",
      `<iframe id="shop" src="${shop.origin}"></iframe><iframe id="own" src="${origin}/"></iframe>`,
    );
    await page.goto(thief.origin);
    const frame = page.frame({ url: new RegExp(shop.origin) });
    await frame.locator("switchboard-chat").waitFor({ state: "attached" });
    const found = await page.evaluate(() => {
      const inner = document.querySelector("#shop").contentWindow;
      const heard = [];
      addEventListener("message", (event) => heard.push(event.data));
      for (const data of [
        "open",
        { type: "open" },
        { type: "hello" },
        { type: "send", text: "forged" },
        { type: "token" },
      ])
        inner.postMessage(data, "*");
      const reached = (read) => {
        try {
          return read();
        } catch (error) {
          return error.name;
        }
      };
      return new Promise((done) =>
        setTimeout(
          () =>
            done({
              heard,
              storage: reached(() => inner.localStorage.length),
              document: reached(() => inner.document.title),
              own: Object.keys(localStorage).filter((name) => name.includes("switchboard")),
            }),
          300,
        ),
      );
    });
    assert.deepEqual(found, { heard: [], storage: "SecurityError", document: "SecurityError", own: [] });
    assert.equal(await frame.getByText("forged").count(), 0);
    // The dashboard is shown in no frame of another site.
    const framed = page.frames().find((one) => one.url().startsWith(origin));
    assert.equal(framed === undefined || !(await framed.locator("body").innerText()).includes("Email"), true);
    assert.deepEqual(troubles, []);
    await page.close();
  });

  await t.test("the customer notices nothing", async () => {
    await zoe.say("Still here");
    assert.equal(await zoe.messages.filter({ hasText: "forged" }).count(), 0);
    assert.deepEqual(victim.troubles, []);
  });
});
