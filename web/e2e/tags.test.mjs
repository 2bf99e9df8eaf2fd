// The page of a scope's tags: made, counted, renamed on every chat, removed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axeFinds } from "./support/axe.mjs";
import { Customer } from "./support/customer.mjs";
import { looksGood } from "./support/looks.mjs";
import { Stage } from "./support/stage.mjs";
import { inEveryLook } from "./support/states.mjs";

test("an admin keeps the tags of the scope in order", async () => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const { page } = ada;
  await Customer.waiting(stage);
  const id = await ada.rows("unassigned").getAttribute("data-id");
  const tagged = await ada.call("POST", `/conversations/${id}/tag`, {
    client_id: crypto.randomUUID(),
    tag: "lost",
  });
  assert.equal(tagged.status, 200);

  await page.goto(`${stage.server.origin}/settings/tags`);
  const line = (tag) => page.getByRole("listitem").filter({ has: page.getByText(tag, { exact: true }) });
  await line("lost").getByText("1 chat", { exact: true }).waitFor();
  await page.getByRole("button", { name: "New tag" }).click();
  await page.getByLabel("Tag", { exact: true }).fill("Gift Card");
  await page.getByRole("button", { name: "Save" }).click();
  await line("gift-card").getByText("0 chats", { exact: true }).waitFor();
  await looksGood(page);

  await page.getByRole("button", { name: "Rename lost" }).click();
  const field = page.getByLabel("Tag", { exact: true });
  assert.equal(await field.inputValue(), "lost");
  await inEveryLook(page, async (look) => assert.deepEqual(await axeFinds(page), [], look));
  await field.fill("lost-parcel");
  await field.press("Enter");
  await line("lost-parcel").getByText("1 chat", { exact: true }).waitFor();
  assert.deepEqual((await ada.call("GET", `/conversations/${id}`)).body.row.tags, ["lost-parcel"]);

  await page.getByRole("button", { name: "Remove lost-parcel" }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByText("1 chat has it and keeps it.").waitFor();
  assert.deepEqual(await axeFinds(page), []);
  await dialog.getByRole("button", { name: "Keep" }).click();
  assert.equal(await line("lost-parcel").count(), 1);
  await page.getByRole("button", { name: "Remove lost-parcel" }).click();
  await dialog.getByRole("button", { name: "Remove" }).click();
  await line("lost-parcel").waitFor({ state: "detached" });
  assert.deepEqual((await ada.call("GET", `/conversations/${id}`)).body.row.tags, ["lost-parcel"]);
  stage.calm();
});
