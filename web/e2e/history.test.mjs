// A customer reads their earlier chats again, and nobody else's.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axeFinds } from "./support/axe.mjs";
import { Customer } from "./support/customer.mjs";
import { Stage } from "./support/stage.mjs";

test("earlier chats", async () => {
  const stage = await Stage.set();
  await stage.owner();
  const zoe = await Customer.visit(stage);
  await zoe.open();
  const button = zoe.panel.getByRole("button", { name: "Earlier chats" });
  assert.equal(await button.isVisible(), false, "there are none yet");
  for (const text of ["My first question", "My second question"]) {
    await zoe.say(text);
    await zoe.cross.click();
    await zoe.sheet.getByRole("button", { name: "Skip and end" }).click();
    await zoe.log.getByRole("button", { name: "New chat" }).click();
    await zoe.log.getByText(text).waitFor({ state: "detached" });
  }
  await zoe.say("My third question");

  await button.click();
  const sheet = zoe.panel.getByRole("dialog", { name: "Earlier chats" });
  await sheet.getByRole("button", { name: /My second question/ }).waitFor();
  assert.equal(await sheet.getByRole("listitem").count(), 2, "the chat that is going on is none of them");
  assert.deepEqual(await axeFinds(zoe.page), []);
  await sheet.getByRole("button", { name: /My first question/ }).click();
  const chat = zoe.panel.getByRole("dialog", { name: /^Chat of/ });
  await chat.getByText("You ended this chat").waitFor();
  assert.equal(await chat.locator(".b", { hasText: "My first question" }).count(), 1);
  await zoe.page.keyboard.press("Escape");
  await sheet.getByRole("button", { name: /My first question/ }).waitFor();
  await zoe.page.keyboard.press("Escape");
  await sheet.waitFor({ state: "detached" });
  assert.equal(await button.evaluate((one) => one.getRootNode().activeElement === one), true);
  await zoe.sees("My third question");
  stage.calm();
});
