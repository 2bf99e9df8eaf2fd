// The whole life of one conversation, told in three browsers: the customer's, the owner's and an agent's.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Customer } from "./support/customer.mjs";
import { Member } from "./support/member.mjs";
import { Stage } from "./support/stage.mjs";

/** From the click to the row, in milliseconds; far above what is usual, as machines under test are busy. */
const AT_ONCE = 2_000;

test("a conversation from the first word to being taken up again", async (t) => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const ben = await Member.accept(stage, await ada.invite("Ben Okri", "ben@shop.example"), {
    name: "Ben Okri",
  });
  const zoe = await Customer.visit(stage);
  let id;

  await t.test("the bot greets, offers quick replies and answers; a human comes later (S1)", async () => {
    await zoe.open();
    await zoe.sees("I am the assistant of Morrow & Wick");
    await zoe.log.getByRole("button", { name: "Opening hours" }).click();
    await zoe.sees("The workshop by the harbour is open");
    assert.equal(await zoe.human.isVisible(), false, "after the greeting and one answer");
    await zoe.say("Do you deliver to Spain?");
    await zoe.sees("Delivery takes two to three working days");
    await zoe.human.waitFor();
    for (const member of [ada, ben]) await member.rows("ai").waitFor();
  });

  await t.test("asking for a human puts the chat in Unassigned everywhere at once (S2, S15)", async () => {
    for (const { page } of [ada, ben]) await page.evaluate(noteWhenRowAppears);
    await zoe.page.evaluate(noteWhenClicked);
    // The second click of an impatient customer changes nothing.
    await zoe.human.evaluate((button) => {
      button.click();
      button.click();
    });
    for (const member of [ada, ben]) await member.rows("unassigned").waitFor();
    const clicked = await zoe.page.evaluate(() => window.clickedAt);
    for (const member of [ada, ben]) {
      const took = (await member.page.evaluate(() => window.appearedAt)) - clicked;
      t.diagnostic(`click to row at ${member.name}: ${took.toFixed(0)} ms`);
      assert.ok(took < AT_ONCE, `${took} ms`);
    }
    await zoe.sees("You asked for a human");
    assert.equal(await zoe.human.isVisible(), false, "asked once is enough");
    id = await ada.rows("unassigned").getAttribute("data-id");

    for (const member of [ada, ben]) {
      await member.openRow(member.row(id, "unassigned"));
      await member.sees("Do you deliver to Spain?");
      assert.equal(await member.resolve.isVisible(), false);
    }
    // Both have it open, and still it is nobody's.
    await ada.page.getByText("Ben is viewing").waitFor();
    await ben.page.getByText("Ada is viewing").waitFor();
    for (const member of [ada, ben]) {
      assert.equal(await member.rows("unassigned").count(), 1);
      assert.equal(await member.rows("mine").count(), 0);
    }
  });

  await t.test("the first to send owns it; the other's text is kept, not sent (S12, S21)", async () => {
    await ben.composer.fill("Ben was about to say this");
    await ada.composer.fill("Hello, this is Ada");
    await ben.log.getByText("Ada Byron is typing").waitFor({ state: "attached" });
    assert.equal(await zoe.panel.getByText("Ada is typing").count(), 0, "nobody has joined yet");
    await ada.composer.press("Enter");
    await ada.row(id, "mine").waitFor();
    await ben.row(id, "assigned").waitFor();
    for (const member of [ada, ben]) assert.equal(await member.row(id).count(), 1, "in exactly one section");
    await ben.page.getByRole("alert").getByText("Ada claimed this chat a moment ago").waitFor();
    assert.equal(await ben.composer.inputValue(), "Ben was about to say this");
    assert.equal(
      await ben.page.getByRole("tab", { name: "Internal note" }).getAttribute("aria-selected"),
      "true",
    );
    await zoe.sees("Hello, this is Ada");
    await zoe.panel.getByRole("heading", { name: "Ada" }).waitFor();
    await zoe.sees("Ada joined the chat");
    assert.equal(await zoe.count("Ben was about to say this"), 0);
  });

  await t.test("both write to each other in real time (S7)", async () => {
    await zoe.say("Nice to meet you, Ada");
    await ada.sees("Nice to meet you, Ada");
    await zoe.box.pressSequentially("Still");
    await ada.page.getByText("is typing").first().waitFor();
    await ada.reply("How can I help?");
    await zoe.sees("How can I help?");
    await zoe.say("Still wondering about bulbs");
    await ada.sees("Still wondering about bulbs");
    for (const text of ["Nice to meet you, Ada", "How can I help?"]) {
      assert.equal(await zoe.count(text), 1);
      assert.equal(await ada.count(text), 1);
    }
  });

  await t.test("only the assignee resolves, and is asked first (S25, S26)", async () => {
    assert.equal(await ada.resolve.isVisible(), true);
    assert.equal(await ben.resolve.isVisible(), false);
    const refused = await ben.call("POST", `/conversations/${id}/resolve`, {
      client_id: crypto.randomUUID(),
    });
    assert.equal(refused.body.code, "not_assignee");
    await ada.resolve.click();
    const dialog = ada.page.getByRole("alertdialog");
    await dialog.waitFor();
    assert.match(await ada.page.evaluate(() => document.activeElement.textContent), /Keep open/);
    await ada.page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    assert.equal(await ada.row(id, "mine").count(), 1);
    assert.equal(await zoe.log.getByText("resolved").count(), 0);
  });

  await t.test("resolving ends it, and the customer rates (S6, S17, S27)", async () => {
    await ada.resolve.click();
    await ada.page.getByRole("alertdialog").getByRole("button", { name: "Resolve Chat" }).click();
    await zoe.sees("Ada resolved this chat");
    for (const member of [ada, ben]) await member.row(id).waitFor({ state: "detached" });
    await zoe.log.getByText("How was it?").waitFor();
    await zoe.log.getByRole("radio", { name: "4 of 5" }).check({ force: true });
    await zoe.log.getByLabel("What could be better?").fill("A little faster");
    await zoe.log.getByRole("button", { name: "Send rating" }).click();
    await zoe.sees("Thank you. Your rating helps us.");
    for (const member of [ada, ben]) {
      await member.show("Terminated");
      await member.openRow(member.row(id, "today"));
      await member.sees(/rated it 4 of 5: “A little faster”/);
    }
    await ada.page.locator("#details").getByText("4 of 5").waitFor();
  });

  await t.test("Activate brings it back to the agent, and the customer sees it (S28)", async () => {
    await ben.page.getByRole("button", { name: "Activate Chat" }).click();
    await ben.show("Active");
    await ben.row(id, "mine").waitFor();
    await ada.show("Active");
    await ada.row(id, "assigned").waitFor();
    await zoe.sees("Ben opened this chat again");
    await ben.openRow(ben.row(id, "mine"));
    await ben.reply("One more thing about that bulb");
    await zoe.sees("One more thing about that bulb");
    await zoe.say("Go on");
    await ben.sees("Go on");
  });

  stage.calm();
});

/** Keeps the moment at which a row stands in Unassigned. */
function noteWhenRowAppears() {
  new MutationObserver((_, observer) => {
    if (!document.querySelector('.row[data-section="unassigned"]')) return;
    window.appearedAt = performance.timeOrigin + performance.now();
    observer.disconnect();
  }).observe(document.body, { childList: true, subtree: true, attributes: true });
}

function noteWhenClicked() {
  addEventListener(
    "click",
    () => {
      window.clickedAt ??= performance.timeOrigin + performance.now();
    },
    true,
  );
}
