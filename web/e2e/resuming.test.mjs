// Nothing is lost and nothing doubled: over reloads, in several tabs, and when the server is killed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Customer } from "./support/customer.mjs";
import { Stage } from "./support/stage.mjs";

/** What the browser itself notes while nobody answers. */
const NOBODY_ANSWERS = [
  /WebSocket connection to/,
  /ERR_CONNECTION_REFUSED/,
  /ERR_CONNECTION_RESET/,
  /ERR_EMPTY_RESPONSE/,
];

test("a chat survives what happens to pages and servers", async (t) => {
  const stage = await Stage.set();
  const ada = await stage.owner({ quiet: NOBODY_ANSWERS });
  const zoe = await Customer.visit(stage, { quiet: NOBODY_ANSWERS });
  await zoe.open();
  await zoe.askHuman();
  await ada.openRow(ada.rows("unassigned"));
  await ada.reply("Hello, this is Ada");
  await zoe.sees("Hello, this is Ada");

  await t.test("a reload keeps the thread, the open panel and what was being typed", async () => {
    await zoe.box.fill("half a sent");
    await zoe.page.reload();
    await zoe.sees("Hello, this is Ada");
    await zoe.sees("Delivery takes two to three working days");
    assert.equal(await zoe.count("Hello, this is Ada"), 1);
    assert.equal(await zoe.box.inputValue(), "half a sent");
    await zoe.page.goto(`${stage.server.origin}/demo/orders.html`);
    await zoe.sees("Hello, this is Ada");
  });

  await t.test("two tabs of one customer keep in step", async () => {
    const second = await Customer.tab(stage, zoe.profile, {
      path: "/demo/orders.html",
      quiet: NOBODY_ANSWERS,
    });
    await second.open();
    await second.sees("Hello, this is Ada");
    await zoe.say("From the first tab");
    await second.sees("From the first tab");
    await second.say("From the second tab");
    await zoe.sees("From the second tab");
    await ada.sees("From the second tab");
    for (const text of ["From the first tab", "From the second tab"]) {
      for (const view of [zoe, second, ada]) assert.equal(await view.count(text), 1, text);
    }
    await second.page.close();
  });

  await t.test("a killed server: both sides come back by themselves", async () => {
    await ada.composer.fill("");
    await ada.composer.pressSequentially("Ada was just ");
    await zoe.box.fill("");
    await zoe.box.pressSequentially("Zoe was just ");
    await stage.server.kill("SIGKILL");
    await zoe.box.pressSequentially("typing");
    await zoe.box.press("Enter");
    await zoe.box.fill("And one more");
    await zoe.box.press("Enter");
    await ada.composer.pressSequentially("writing");
    await ada.composer.press("Enter");
    await ada.log.getByText("Waiting for the connection").waitFor();
    await zoe.panel.getByText("No connection. We keep your messages").waitFor();
    await ada.page.getByText("No connection to the server.").waitFor();
    await stage.server.run();
    const texts = ["Zoe was just typing", "And one more", "Ada was just writing"];
    for (const text of texts) {
      await ada.sees(text);
      await zoe.sees(text);
    }
    await ada.isConnected();
    await zoe.log
      .locator('.msg.me[data-state="sending"], .msg.me[data-state="waiting"]')
      .waitFor({ state: "detached" });
    await ada.log.locator(".msg.pend").waitFor({ state: "detached" });
    for (const text of [...texts, "Hello, this is Ada", "From the first tab"]) {
      assert.equal(await zoe.count(text), 1, `customer: ${text}`);
      assert.equal(await ada.count(text), 1, `member: ${text}`);
    }
    assert.equal(await ada.rows("mine").count(), 1, "still Ada's");
    await zoe.say("Are you still there?");
    await ada.sees("Are you still there?");
    await ada.reply("I am");
    await zoe.sees("I am");
  });
  stage.calm();
});
