// Phones: everything fits, nothing scrolls sideways, and a chat can be taken and answered.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Customer } from "./support/customer.mjs";
import { Stage } from "./support/stage.mjs";

const WIDTHS = [320, 390];
const phone = { isMobile: true, hasTouch: true, viewport: { width: 390, height: 844 } };

test("a customer and a member, both on phones", async () => {
  const stage = await Stage.set();
  const ada = await stage.owner({ options: phone });
  const zoe = await Customer.visit(stage, { options: phone });
  await fits(zoe.page, "the shop");
  await zoe.launcher.tap();
  await zoe.panel.locator(".msg").first().waitFor();
  await fits(zoe.page, "the widget");
  const { width, height } = await zoe.panel.boundingBox();
  assert.deepEqual([width, height], [390, 844], "the panel is the whole screen");
  await zoe.askHuman();
  await fits(zoe.page, "waiting");

  await ada.rows("unassigned").waitFor();
  await fits(ada.page, "the list");
  await ada.rows("unassigned").tap();
  await ada.sees("Do you deliver to Spain?");
  assert.equal(await ada.rows("unassigned").isVisible(), false, "one column");
  await fits(ada.page, "the chat");
  await ada.composer.fill("Hello from a phone");
  // Enter makes a new line where there is no keyboard of keys.
  await ada.page.getByRole("button", { name: "Send and claim" }).tap();
  await zoe.sees("Hello from a phone");
  for (const box of [ada.composer, zoe.box]) {
    const size = await box.evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize));
    assert.ok(size >= 16, "smaller text makes phones zoom in");
  }

  await ada.page.getByRole("button", { name: "Details" }).tap();
  await ada.page.locator("#details").getByText("Session time").waitFor();
  await fits(ada.page, "the details");
  await ada.page.locator("#details").getByRole("button", { name: "Close" }).tap();
  await ada.page.getByRole("button", { name: "Back to the list" }).tap();
  await ada.rows("mine").waitFor();
  await ada.page.locator(".mbar").getByRole("link", { name: "Replies" }).tap();
  await ada.page.getByRole("heading", { name: "Canned replies" }).waitFor();
  await fits(ada.page, "canned replies");
  const settings = [
    "channels",
    "members",
    "hours",
    "bot",
    "scope",
    "tags",
    "keys",
    "webhooks",
    "notifications",
  ];
  for (const name of settings) {
    await ada.page.goto(`${stage.server.origin}/settings/${name}`);
    await ada.page.locator(".set h2").first().waitFor();
    const link = ada.page.locator('.sub [aria-current="page"]');
    const { x, width } = await link.boundingBox();
    assert.ok(x >= 0 && x + width <= 390, `the link of ${name} is in view: ${x} to ${x + width}`);
    await fits(ada.page, `settings, ${name}`);
    await ada.page.setViewportSize({ width: 390, height: 844 });
  }
  await zoe.panel.getByRole("button", { name: "Minimise chat" }).first().tap();
  await zoe.panel.waitFor({ state: "hidden" });
  stage.calm();
});

async function fits(page, what) {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 844 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${what} at ${width} pixels: ${wide} too wide`);
  }
}
