// Opening hours decide: outside them a customer leaves a message, and before a chat says who they are. The pages for it
// have nothing for axe to find.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axeFinds } from "./support/axe.mjs";
import { Customer } from "./support/customer.mjs";
import { Stage } from "./support/stage.mjs";
import { inEveryLook } from "./support/states.mjs";

const days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

test("hours are set on their page and hold in the widget", async () => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const { page } = ada;
  await page.goto(new URL("/settings/hours", page.url()).href);
  await page.getByRole("switch", { name: "Always open" }).uncheck();
  // Only the day after tomorrow is open, so it is closed now whatever the time is.
  const open = days[(new Date().getUTCDay() + 1) % 7];
  for (const day of days) await page.getByRole("switch", { name: `Open on ${day}` }).setChecked(day === open);
  await page.getByLabel(`${open}, opens`).fill("nine");
  await page.getByRole("button", { name: "Save hours" }).click();
  await page.getByRole("alert").getByText("A time is written as 09:30").waitFor();
  await page.getByLabel(`${open}, opens`).fill("9.30");
  await page.getByRole("button", { name: `Add hours on ${open}` }).click();
  await page.getByLabel("Outside the hours").selectOption("offline_form");
  await page.getByRole("button", { name: "Add a day" }).click();
  await page.getByLabel("Date").fill("2031-12-25");
  await page.getByLabel("Name (optional)").fill("Christmas");
  await page.getByRole("button", { name: "Add a day" }).click();
  await page.getByRole("button", { name: "Save hours" }).click();
  await page.getByText("Saved").waitFor();
  await page.reload();
  assert.equal(await page.getByLabel(`${open}, opens`).first().inputValue(), "09:30");
  await page.getByText("25 Dec 2031, Christmas").waitFor();
  await seeEverywhere(page, "settings-hours");

  const zoe = await Customer.visit(stage);
  await zoe.open();
  await zoe.say("Do you deliver to Spain?");
  await zoe.heardBot(2);
  await zoe.say("And to Portugal?");
  await zoe.human.click();
  await zoe.log.getByText(`We are back ${open}`).waitFor();
  const message = zoe.log.getByLabel("Your message");
  assert.equal(await message.inputValue(), "And to Portugal?");
  await zoe.log.getByRole("button", { name: "Send message" }).click();
  await zoe.log.getByRole("alert").getByText("Please fill this in.").first().waitFor();
  await seeEverywhere(zoe.page, "widget-offline");
  await zoe.log.getByLabel("Your name").fill("Zoë");
  await zoe.log.getByLabel("Your email address").fill("zoe@post.example");
  await zoe.log.getByRole("button", { name: "Send message" }).click();
  await zoe.log.getByRole("button", { name: "Leave the queue" }).waitFor();

  await page.goto(new URL("/", page.url()).href);
  await ada.openRow(ada.rows("unassigned").filter({ hasText: "Zoë" }));
  await ada.sees("And to Portugal?");
  await page.getByText("zoe@post.example").first().waitFor();
  stage.calm();
});

test("a customer says who they are before the first message", async () => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const { page } = ada;
  await page.goto(new URL("/settings/channels", page.url()).href);
  await page
    .getByRole("button", { name: /^Edit / })
    .first()
    .click();
  await page.getByRole("button", { name: "Email", exact: true }).click();
  await page.getByRole("button", { name: "Own question" }).click();
  await page.getByLabel("Own question: the words of the question").fill("Order number");
  await seeEverywhere(page, "settings-channels-edit");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name: "Save" }).waitFor({ state: "detached" });

  const zoe = await Customer.visit(stage);
  await zoe.launcher.click();
  await zoe.log.getByText("Before we start").waitFor();
  assert.equal(await zoe.box.isVisible(), false);
  await zoe.log.getByLabel("Your email address").fill("zoe");
  await zoe.log.getByRole("button", { name: "Start the chat" }).click();
  await zoe.log.getByRole("alert").getByText("This is not an email address.").waitFor();
  await seeEverywhere(zoe.page, "widget-pre-chat");
  await zoe.log.getByLabel("Your email address").fill("zoe@post.example");
  await zoe.log.getByLabel("Order number").fill("4711");
  await zoe.log.getByRole("button", { name: "Start the chat" }).click();
  await zoe.say("Opening hours");
  await page.goto(new URL("/", page.url()).href);
  await ada.openRow(ada.rows("ai").first());
  await page.getByText("zoe@post.example").first().waitFor();
  await page.getByText("4711").first().waitFor();
  stage.calm();
});

test("scope, keys and profile are kept on their pages", async () => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const { page } = ada;
  const at = (path) => page.goto(new URL(path, page.url()).href);
  await at("/settings/scope");
  await page.getByLabel("Name", { exact: true }).fill("Fern");
  await page.getByLabel("Say a last word").check();
  await page.getByLabel("Last words").fill("Good-bye");
  await seeEverywhere(page, "settings-scope");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved").waitFor();
  await page.reload();
  assert.equal(await page.getByLabel("Last words").inputValue(), "Good-bye");

  const days = page.getByLabel("Erase customers so many days after their last chat");
  const sure = page.getByRole("alertdialog", { name: "Erase customers 90 days after their last chat?" });
  await days.fill("90");
  await page.getByRole("button", { name: "Save" }).click();
  await seeEverywhere(page, "settings-scope-erase");
  await page.keyboard.press("Enter");
  await sure.waitFor({ state: "detached" });
  const keepFor = async () => (await ada.call("GET", `/scopes/${await ada.scope()}`)).body.settings.keep_for;
  assert.equal(await keepFor(), 0, "a stray Enter erases nobody");
  await page.getByRole("button", { name: "Save" }).click();
  await sure.getByRole("button", { name: "Save and erase" }).click();
  await page.getByText("Saved").waitFor();
  assert.equal(await keepFor(), 90 * 24 * 60 * 60_000);

  await at("/settings/keys");
  await page.getByRole("button", { name: "New key" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Robot");
  await page.getByRole("button", { name: "Make the key" }).click();
  assert.match(await page.getByLabel("The key").inputValue(), /^sbk_/);
  await seeEverywhere(page, "settings-keys");
  await page.getByRole("button", { name: "Revoke Robot" }).click();
  await page.getByText("Revoked").waitFor();

  await at("/profile");
  await page.getByLabel("Name", { exact: true }).fill("Ada King");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved", { exact: true }).waitFor();
  await page.getByText("This browser", { exact: true }).waitFor();
  await seeEverywhere(page, "profile");
  await page.reload();
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Ada King");
  assert.equal(await page.getByText("Send me a test mail").count(), 0, "no mail server, no button");
  stage.calm();
});

/** No violation in any width and theme; pictures go to the folder SHOTS, if it is set. */
async function seeEverywhere(page, name) {
  await inEveryLook(page, async (look) => {
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}-${look}.png` });
    assert.deepEqual(await axeFinds(page), [], `${name} ${look}`);
  });
}
