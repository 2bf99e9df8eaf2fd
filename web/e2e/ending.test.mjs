// The cross asks before it ends a chat, and only the buttons of the pop-up end it (S3, S4, S5).
import assert from "node:assert/strict";
import { test } from "node:test";
import { Customer } from "./support/customer.mjs";
import { Stage } from "./support/stage.mjs";

test("the customer ends the chat", async (t) => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const zoe = await Customer.visit(stage);
  await zoe.open();
  await zoe.say("Opening hours");
  await ada.rows("ai").waitFor();

  await t.test("Keep chatting and Escape change nothing", async () => {
    await zoe.cross.click();
    await zoe.sheet.waitFor();
    assert.equal(
      await zoe.panel.evaluate((panel) => panel.getRootNode().activeElement.textContent),
      "Keep chatting",
    );
    await zoe.sheet.getByRole("button", { name: "Keep chatting" }).click();
    await zoe.sheet.waitFor({ state: "detached" });
    await zoe.cross.click();
    await zoe.page.keyboard.press("Escape");
    await zoe.sheet.waitFor({ state: "detached" });
    await zoe.say("Do you deliver to Spain?");
    await zoe.heardBot(3);
    assert.equal(await ada.rows("ai").count(), 1);
  });

  await t.test("the cross is there while waiting and with a member too", async () => {
    await zoe.human.click();
    await ada.openRow(ada.rows("unassigned"));
    assert.equal(await zoe.cross.isVisible(), true);
    await ada.reply("Hello");
    await zoe.sees("Hello");
    assert.equal(await zoe.cross.isVisible(), true);
  });

  await t.test("Skip and end ends it without a rating", async () => {
    await zoe.cross.click();
    await zoe.sheet.getByRole("button", { name: "Skip and end" }).click();
    await zoe.sees("You ended this chat");
    await ada.rows("mine").waitFor({ state: "detached" });
    await ada.sees(/Visitor \d+ (ended the chat|left without feedback)/);
    await ada.page.getByRole("button", { name: "Activate Chat" }).waitFor();
    assert.equal(await zoe.log.getByText("How was it?").count(), 0, "who skipped is not asked again");
  });

  await t.test("stars and words given in the pop-up end it too and are stored", async () => {
    await zoe.log.getByRole("button", { name: "New chat" }).click();
    await zoe.say("Opening hours");
    await zoe.heardBot(2);
    await zoe.cross.click();
    await zoe.sheet.getByRole("radio", { name: "5 of 5" }).check({ force: true });
    await zoe.sheet.getByLabel("What could be better?").fill("Nothing at all");
    await zoe.sheet.getByRole("button", { name: "Send and end chat" }).click();
    await zoe.sees("You ended this chat");
    await ada.show("Terminated");
    await ada.openRow(ada.rows("today").first());
    await ada.sees(/rated it 5 of 5: “Nothing at all”/);
  });
  stage.calm();
});
