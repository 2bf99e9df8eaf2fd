// What a site can do with the chat by script, and what it may say by itself.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axeFinds } from "./support/axe.mjs";
import { openPage, openProfile } from "./support/browser.mjs";
import { Customer } from "./support/customer.mjs";
import { serveSite } from "./support/site.mjs";
import { Stage } from "./support/stage.mjs";

/** As in docs/WIDGET.md: keeps calls made before the script has come. */
const STUB = `<script>
  window.Switchboard = window.Switchboard || { q: [] };
  for (const name of ["open", "close", "toggle", "identify", "on"])
    Switchboard[name] = Switchboard[name] || ((...given) => Switchboard.q.push([name, ...given]));
</script>`;

const LISTEN = `<script>
  window.heard = [];
  for (const name of ["open", "close", "message", "unread", "status"])
    Switchboard.on(name, (detail) => heard.push(detail === undefined ? name : [name, detail]));
  Switchboard.identify({ external_id: "42", name: "Zoë Quist", attributes: { plan: "pro" } });
  Switchboard.open();
</script>`;

test("a site's own script and rules", async (t) => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const { origin } = stage.server;
  const site = await serveSite();
  const key = await stage.addChannel(ada, "Elsewhere", {
    title: "Elsewhere",
    allowed_origins: [site.origin],
    human_after: 0,
    proactive: [
      { text: "Need a hand with your cart?", after_seconds: 1, url: "*/cart*" },
      { text: "Shown nowhere", url: "https://other.example/*" },
    ],
  });
  const embed = `<script src="${origin}/widget.js" data-channel="${key}" async></script>`;
  const visit = async (path = "/") => {
    const { page, troubles } = await openPage(await openProfile(stage.browser), [origin, site.origin]);
    stage.watched.push(troubles);
    await page.goto(site.origin + path);
    return new Customer(page.context(), page, troubles);
  };
  const api = (zoe, call) => zoe.page.evaluate(`Switchboard.${call}`);

  await t.test("calls made before the script has come count, and events tell what happens", async () => {
    site.show("Elsewhere", STUB + LISTEN + embed);
    const zoe = await visit();
    await zoe.box.waitFor();
    await zoe.say("Opening hours");
    await zoe.heardBot(2);
    await api(zoe, "close()");
    await zoe.panel.waitFor({ state: "hidden" });
    await ada.openRow(ada.rows("ai"));
    await ada.page.locator("#details").getByText("pro", { exact: true }).waitFor();
    await ada.page.getByRole("heading", { name: "Zoë Quist" }).first().waitFor();
    await ada.page.getByRole("button", { name: "Disconnect AI and Join this Chat" }).click();
    await ada.rows("mine").waitFor();
    await ada.page.getByRole("tab", { name: "Reply", selected: true }).waitFor();
    await ada.reply("Hello Zoë");
    await zoe.page.waitForFunction(() => window.heard.some(([name, detail]) => name === "unread" && detail));
    const heard = await zoe.page.evaluate(() => window.heard);
    assert.deepEqual(
      heard.filter((one) => typeof one === "string"),
      ["open", "close"],
    );
    const of = (name) => heard.filter((one) => one[0] === name).map((one) => one[1]);
    assert.deepEqual(of("status"), ["bot", "agent"]);
    assert.deepEqual(of("unread"), [1]);
    const writers = of("message").map(({ from, name = "" }) => `${from} ${name}`.trim());
    assert.deepEqual(writers.slice(-3), ["customer", "bot", "agent Ada"]);
    await api(zoe, "toggle()");
    await zoe.sees("Hello Zoë");
    await api(zoe, "identify(null)");
    await zoe.log.getByText("Hello Zoë").waitFor({ state: "detached" });
    stage.calm();
  });

  await t.test("a rule speaks on its pages, once, and opens the chat", async () => {
    site.show("Elsewhere", embed);
    const zoe = await visit("/cart?item=7");
    const teaser = zoe.page.locator("switchboard-chat .teaser");
    await teaser.getByText("Need a hand with your cart?").waitFor();
    await teaser.getByRole("button", { name: /Need a hand/ }).click();
    await zoe.box.waitFor();
    await zoe.launcher.click();
    assert.equal(await teaser.isVisible(), false);
    const told = await zoe.page.evaluate(() => Object.keys(localStorage).filter((key) => /:told$/.test(key)));
    assert.equal(told.length, 1);
    stage.calm();
  });

  await t.test("rules are written in the settings", async () => {
    await ada.page.goto(`${origin}/settings/channels`);
    await ada.page.getByRole("button", { name: "Edit Elsewhere" }).click();
    await ada.page.getByRole("button", { name: "Remove message 1" }).click();
    await ada.page.getByRole("button", { name: "Add a message" }).click();
    const rules = ada.page.getByRole("group", { name: "Speak first" });
    await rules.getByRole("textbox", { name: "Message 2" }).fill("Welcome back");
    await rules.getByLabel("After seconds on the page").last().fill("0");
    assert.deepEqual(await axeFinds(ada.page), []);
    await ada.page.getByRole("button", { name: "Save" }).click();
    await rules.waitFor({ state: "detached" });
    const zoe = await visit("/cart");
    await zoe.page.locator("switchboard-chat .teaser").getByText("Welcome back").waitFor();
    stage.calm();
  });

  await t.test("a site that is not allowed sees no launcher and reads why", async () => {
    const other = await serveSite();
    other.show("Other", STUB + embed);
    const { page } = await openPage(await openProfile(stage.browser), [origin, other.origin]);
    const lines = [];
    page.on("console", (line) => lines.push(line.text()));
    const asked = page.waitForResponse(/widget\/settings/);
    await page.goto(other.origin);
    assert.equal((await asked).status(), 403);
    while (!lines.some((line) => line.includes("Switchboard:"))) await page.waitForEvent("console");
    const why = `Switchboard: the channel does not allow ${other.origin}`;
    assert.ok(lines.includes(why), lines.join("\n"));
    await page.evaluate("Switchboard.open()");
    assert.equal(await page.locator("switchboard-chat").count(), 0);
  });
});
