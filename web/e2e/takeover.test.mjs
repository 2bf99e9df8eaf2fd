// "Disconnect AI and Join this Chat": from then on the bot is silent (S23, S24).
import assert from "node:assert/strict";
import { test } from "node:test";
import { Customer } from "./support/customer.mjs";
import { Stage } from "./support/stage.mjs";

test("a member joins a running bot chat and the bot stays silent", async () => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const zoe = await Customer.visit(stage);
  await zoe.open();
  await zoe.say("Where is my order?");
  await zoe.heardBot(2);

  await ada.openRow(ada.rows("ai"));
  await ada.sees("Where is my order?");
  assert.equal(await ada.composer.count(), 0, "who has not joined cannot write to the customer");
  await ada.page.getByRole("button", { name: "Disconnect AI and Join this Chat" }).click();
  await ada.rows("mine").waitFor();
  await zoe.sees("Ada joined the chat");

  // The bot knows an answer to each of these.
  await zoe.say("20431");
  await zoe.say("Opening hours");
  await ada.sees("Opening hours");
  await ada.reply("I look into it");
  await zoe.sees("I look into it");
  assert.equal(await zoe.log.locator(".msg:has(.ava.bot)").count(), 2);
  assert.equal(await ada.log.locator(".msg.ai").count(), 2);
  stage.calm();
});
