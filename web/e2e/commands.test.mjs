// The command list, and finding an open chat by what was said in it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axeFinds } from "./support/axe.mjs";
import { Customer } from "./support/customer.mjs";
import { Stage } from "./support/stage.mjs";

test("what can be done is found by typing a part of it", async () => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  await stage.agent(ada);
  await Customer.waiting(stage);
  const { page } = ada;
  const list = page.getByRole("dialog", { name: "Commands" });
  const choose = async (words, name) => {
    await page.keyboard.press("Control+k");
    await list.getByRole("combobox").waitFor();
    await page.keyboard.type(words);
    await list.locator('[aria-selected="true"]').getByText(name).waitFor();
    await page.keyboard.press("Enter");
    await list.waitFor({ state: "detached" });
  };

  await page.keyboard.press("Control+k");
  await list.waitFor();
  assert.equal(await list.getByRole("option", { name: "Claim" }).count(), 0, "no chat is open");
  assert.deepEqual(await axeFinds(page), []);
  await page.keyboard.type("qqq");
  await list.getByText("Nothing fits that.").waitFor();
  await page.keyboard.press("Escape");
  await list.waitFor({ state: "detached" });

  await ada.rows("unassigned").waitFor();
  await choose("chat with", "Chat with Visitor");
  await ada.log.waitFor();
  await choose("claim", "Claim");
  await ada.rows("mine").waitFor();
  await page.locator("#write").fill("kept");
  await choose("transfer ben", "Transfer to Ben Okri");
  await ada.rows("assigned").waitFor();
  await choose("theme dark", "Theme: Dark");
  await page.locator("html[data-theme=dark]").waitFor();
  await choose("go analytics", "Go to Analytics");
  await page.getByRole("heading", { name: "Analytics" }).waitFor();

  await page.locator("body").focus();
  await page.keyboard.press("Shift+M");
  await page.getByText("No sounds and notifications for an hour.").waitFor();
  await choose("alerts on", "Alerts on again");
  await page.getByText("Sounds and notifications are on again.").waitFor();
  stage.calm();
});

test("an open chat is found by a word that was said long before the last one", async () => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  for (const text of ["My invoice names the wrong company", "Do you ship to Lyon?"]) {
    const zoe = await Customer.visit(stage);
    await zoe.open();
    await zoe.say("Hello");
    await zoe.heardBot(2);
    await zoe.say(text);
    await zoe.heardBot(3);
    await zoe.say("Thank you");
    await zoe.heardBot(4);
  }
  const { page } = ada;
  await ada.rows("ai").nth(1).waitFor();
  await page.locator("#search").fill("INVOICE");
  await ada.rows("ai").nth(1).waitFor({ state: "detached" });
  await ada.openRow(ada.rows("ai").first());
  await ada.sees("My invoice names the wrong company");
  await page.locator("#search").fill("no such word");
  await page.getByText("No chat matches your search.").waitFor();
  await page.locator("#search").fill("");
  await ada.rows("ai").nth(1).waitFor();
  stage.calm();
});

test("a slash says so when there is no canned reply yet", async () => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  await Customer.waiting(stage);
  await ada.openRow(ada.rows("unassigned"));
  await ada.composer.fill("/");
  await ada.page.getByRole("option", { name: "There is no canned reply yet." }).click();
  await ada.page.getByRole("heading", { name: "Canned replies" }).waitFor();
  stage.calm();
});

test("Enter makes a new line for those who want that", async () => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const zoe = await Customer.waiting(stage);
  const { page } = ada;
  await page.goto(`${stage.server.origin}/profile`);
  await page.getByLabel("Enter sends").uncheck();
  await page.locator(".side").getByRole("link", { name: "All channels" }).click();
  await ada.openRow(ada.rows("unassigned"));
  await ada.composer.click();
  await page.keyboard.type("first");
  await page.keyboard.press("Enter");
  await page.keyboard.type("second");
  assert.equal(await ada.composer.inputValue(), "first\nsecond");
  await page.keyboard.press("Control+Enter");
  await zoe.sees("second");
  stage.calm();
});
