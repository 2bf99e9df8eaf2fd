// Canned replies: kept on a page of their own, put in by "/" without a mouse.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Customer } from "./support/customer.mjs";
import { Stage } from "./support/stage.mjs";

test("a reply is made, found by its shortcut and sent with the names filled in", async () => {
  const stage = await Stage.set();
  // The refusal below is noted by the browser.
  const ada = await stage.owner({ quiet: [/400/] });
  const { page } = ada;
  await page.locator(".side").getByRole("link", { name: "Canned replies" }).click();
  const make = async (shortcut, title, text) => {
    await page.getByRole("button", { name: "Add a reply" }).click();
    await page.getByLabel("Shortcut").fill(shortcut);
    await page.getByLabel("Title").fill(title);
    await page.getByLabel("Text", { exact: true }).fill(text);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: `Edit ${title}` }).waitFor();
  };
  await make("return-address", "Return address", "Please send it to 12 Quai du Jardin.");
  await make(
    "/refund-5-days",
    "Refund timing",
    "Hi {customer}, your refund of {amount} takes 5 days. {agent}",
  );
  await page.getByRole("button", { name: "Add a reply" }).click();
  await page.getByLabel("Shortcut").fill("refund-5-days");
  await page.getByLabel("Title").fill("Again");
  await page.getByLabel("Text", { exact: true }).fill("x");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("alert").getByText("shortcut is in use").waitFor();

  const zoe = await Customer.visit(stage);
  await zoe.open();
  await zoe.say("I want my money back");
  await page.locator(".side").getByRole("link", { name: "All channels" }).click();
  await ada.openRow(ada.rows("ai"));
  await page.getByRole("button", { name: "Disconnect AI and Join this Chat" }).click();

  await ada.composer.pressSequentially("/");
  const offered = page.getByRole("listbox", { name: "Canned replies" });
  assert.equal(await offered.getByRole("option").count(), 2);
  await ada.composer.press("Escape");
  assert.equal(await offered.count(), 0, "Escape closes it and keeps the text");
  assert.equal(await ada.composer.inputValue(), "/");
  await ada.composer.pressSequentially("re");
  assert.equal(await offered.getByRole("option").count(), 2);
  await ada.composer.press("ArrowUp");
  await ada.composer.press("ArrowDown");
  const current = page.locator('.suggest [aria-selected="true"]');
  assert.match(await current.innerText(), /refund-5-days/);
  assert.equal(await ada.composer.getAttribute("aria-activedescendant"), await current.getAttribute("id"));
  // A key that comes right behind a letter, before the page was drawn, is not lost.
  await ada.composer.fill("/r");
  await ada.composer.evaluate(async (box) => {
    box.value = "/re";
    box.dispatchEvent(new InputEvent("input", { bubbles: true }));
    for (let turn = 0; turn < 10; turn++) await null;
    box.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true, cancelable: true }));
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  });
  assert.match(await current.innerText(), /return-address/);
  await ada.composer.press("ArrowUp");
  assert.match(await current.innerText(), /refund-5-days/);
  await ada.composer.press("Enter");
  assert.equal(await offered.count(), 0);
  const left = await ada.composer.inputValue();
  assert.match(left, /^Hi .+, your refund of \{amount\} takes 5 days\. Ada$/);
  // What nobody but the writer knows is selected, so that typing replaces it.
  await page.waitForFunction(() => getSelection()?.toString() === "{amount}");
  await ada.composer.pressSequentially("20 €");
  await ada.composer.press("Enter");
  await zoe.sees("your refund of 20 € takes 5 days. Ada");
  stage.calm();
});
