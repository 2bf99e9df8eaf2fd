// A member works without a mouse: open, claim, answer, resolve.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Customer } from "./support/customer.mjs";
import { Stage } from "./support/stage.mjs";

test("the keyboard alone is enough", async () => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const zoe = await Customer.visit(stage);
  const keys = ada.page.keyboard;

  // The customer, too, needs no mouse.
  await zoe.launcher.focus();
  await zoe.page.keyboard.press("Enter");
  await zoe.box.waitFor();
  await zoe.askHuman();
  await ada.rows("unassigned").waitFor();

  await ada.page.locator("body").focus();
  await keys.press("1");
  await ada.page.locator(".row[data-section=unassigned]:focus").waitFor();
  await keys.press("Enter");
  await ada.log.waitFor();
  assert.equal(await ada.rows("unassigned").count(), 1, "opening claims nothing");
  await keys.press("c");
  await ada.rows("mine").waitFor();
  await keys.press("r");
  await ada.page.locator("#write:focus").waitFor();
  await keys.type("Hello from the keyboard");
  await keys.press("Enter");
  await zoe.sees("Hello from the keyboard");

  await keys.press("Escape");
  await keys.press("e");
  const dialog = ada.page.getByRole("alertdialog");
  await dialog.waitFor();
  await keys.press("Escape");
  await dialog.waitFor({ state: "detached" });
  assert.equal(await ada.rows("mine").count(), 1);
  await keys.press("e");
  await dialog.waitFor();
  await keys.press("Tab");
  await keys.press("Enter");
  await zoe.sees("Ada resolved this chat");
  await ada.rows("mine").waitFor({ state: "detached" });
  // There is no other chat to go to.
  await ada.page.locator("#search:focus").waitFor();
  stage.calm();
});
