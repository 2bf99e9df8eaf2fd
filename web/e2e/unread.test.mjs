// A chat that is not open tells how many messages came.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Customer } from "./support/customer.mjs";
import { Stage } from "./support/stage.mjs";

test("rows count what came while they were not open", async () => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const zoe = await Customer.waiting(stage);
  // The bot spoke last, and yet somebody waits to be seen.
  await ada.page.locator('.row.unread[data-section="unassigned"]').waitFor();
  await ada.page.waitForFunction(() => document.title.startsWith("(1) "));
  await ada.openRow(ada.rows("unassigned"));
  await ada.reply("Hello");
  const badge = ada.rows("mine").locator(".badge");
  await zoe.say("This is read at once");
  await ada.sees("This is read at once");
  assert.equal(await badge.count(), 0);

  await ada.page.getByRole("link", { name: "Settings" }).first().click();
  for (const text of ["One", "Two", "Three"]) await zoe.say(text);
  await ada.page.getByRole("link", { name: "All channels" }).click();
  await badge.getByText("3", { exact: true }).waitFor();
  await ada.page.waitForFunction(() => document.title.startsWith("(1) "));
  await ada.page.reload();
  await badge.getByText("3", { exact: true }).waitFor();
  await ada.openRow(ada.rows("mine"));
  await badge.waitFor({ state: "detached" });

  // The customer's side counts, too.
  await zoe.panel.getByRole("button", { name: "Minimise chat" }).or(zoe.launcher).last().click();
  await ada.reply("Four");
  await ada.reply("Five");
  await zoe.page.getByRole("button", { name: "Open chat, 2 unread messages" }).waitFor();
  await zoe.page.getByText("Five").waitFor();
  stage.calm();
});
