// A member's picture: chosen in the profile, seen by themselves, colleagues and the customer, and removed again.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axeFinds } from "./support/axe.mjs";
import { Customer } from "./support/customer.mjs";
import { Stage } from "./support/stage.mjs";

/** One blue pixel. */
const GIF = Buffer.from("47494638396101000100800000ff2a5a5ad4ff2c00000000010001000002024401003b", "hex");

test("a member's picture", async () => {
  const stage = await Stage.set();
  const ada = await stage.owner({ quiet: [/400/] });
  const { page } = ada;
  await page.goto(`${stage.server.origin}/profile`);
  const field = page.locator(".picture");
  const choose = (name, mimeType, buffer) =>
    field.locator("input[type=file]").setInputFiles({ name, mimeType, buffer });
  await choose("me.png", "image/png", Buffer.from("<svg/>"));
  await page.getByRole("alert").waitFor();
  await choose("me.gif", "image/gif", GIF);
  await field.locator(".av img").waitFor();
  assert.equal(await page.getByRole("alert").count(), 0);
  await page.locator(".me .av img").first().waitFor();
  await shoot(page, "profile");
  assert.deepEqual(await axeFinds(page), []);

  const zoe = await Customer.waiting(stage);
  await page.goto(stage.server.origin);
  await ada.openRow(ada.rows("unassigned"));
  await ada.reply("Hello, I am Ada");
  await ada.log.locator(".msg.agent .av img").last().waitFor();
  await zoe.sees("Hello, I am Ada");
  await zoe.log.locator(".msg .ava.member img").waitFor();
  await zoe.panel.locator(".hd .ava.member img").waitFor();
  await shoot(zoe.page, "widget");
  assert.deepEqual(await axeFinds(zoe.page), []);

  await page.goto(`${stage.server.origin}/profile`);
  await field.getByRole("button", { name: "Remove" }).click();
  await field.locator(".av img").waitFor({ state: "detached" });
  await zoe.panel.locator(".hd .ava img").waitFor({ state: "detached" });
  stage.calm();
});

async function shoot(page, name) {
  const folder = process.env.SWITCHBOARD_SHOTS;
  if (folder) await page.screenshot({ path: `${folder}/avatars-${name}.png` });
}
