// How far a reply got: sent, delivered to the customer's page, read by the customer.
import { test } from "node:test";
import { Customer } from "./support/customer.mjs";
import { Stage } from "./support/stage.mjs";

test("the line under a reply says how far it got", async () => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const zoe = await Customer.waiting(stage);
  await ada.openRow(ada.rows("unassigned"));
  const says = (text) => ada.log.locator(".st").getByText(text, { exact: true }).waitFor();

  await ada.reply("Hello, Ada here");
  await says("Read");

  // Connected, but not before the customer's eyes.
  await zoe.launcher.click();
  await zoe.panel.waitFor({ state: "hidden" });
  await ada.reply("Are you there?");
  await says("Delivered");
  await zoe.launcher.click();
  await says("Read");

  // Gone, and back on another page.
  const url = zoe.page.url();
  await zoe.page.goto("about:blank");
  await ada.page.locator(".chead").getByText("offline").waitFor({ state: "attached" });
  await ada.reply("I keep it for you");
  await says("Sent");
  await zoe.page.goto(url);
  // The widget opens again by itself, as it was left.
  await zoe.sees("I keep it for you");
  await says("Read");
  stage.calm();
});
