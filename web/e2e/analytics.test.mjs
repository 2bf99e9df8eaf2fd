// The figures of a chat that was really held, the live wallboard, tables in place of charts, and the download.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Customer } from "./support/customer.mjs";
import { looksGood } from "./support/looks.mjs";
import { Stage } from "./support/stage.mjs";

test("figures, wallboard, tables and CSV", async () => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const ben = await stage.agent(ada);
  assert.equal(await ben.page.getByRole("link", { name: "Analytics" }).count(), 0);
  const zoe = await Customer.waiting(stage);
  await ben.openRow(ben.rows("unassigned"));
  await ben.reply("Hello, Ben here");
  await zoe.sees("Hello, Ben here");
  await zoe.cross.click();
  await zoe.sheet.getByRole("radio", { name: /^4/ }).check({ force: true });
  await zoe.sheet.getByRole("button", { name: /send/i }).click();

  const { page } = ada;
  await page.getByRole("link", { name: "Analytics" }).first().click();
  await page.getByRole("heading", { name: "Analytics" }).waitFor();
  const member = page.getByRole("region", { name: "By member" }).getByRole("row", { name: /Ben Okri/ });
  await member.waitFor();
  assert.deepEqual((await member.getByRole("cell").allTextContents()).at(0), "1");
  await page.getByText("1 answer from 1 chat").waitFor();

  const wall = page.getByRole("region", { name: "Right now" });
  const waiting = wall.locator("dl div", { hasText: "Waiting" }).locator("dd");
  assert.equal(await waiting.textContent(), "0");
  await Customer.waiting(stage);
  await waiting.getByText("1", { exact: true }).waitFor();
  await wall
    .locator("dl div", { hasText: "Longest wait" })
    .getByText(/^0:\d\d$/)
    .waitFor();

  await page.getByRole("button", { name: "Queue wait: view as table" }).click();
  const card = page.getByRole("region", { name: "Queue wait" }).first();
  assert.equal(await card.getByRole("row").count(), 15);
  await card.getByRole("button", { name: "Queue wait: view as chart" }).click();
  await page.getByRole("button", { name: "Today" }).click();
  await page.getByRole("img", { name: /^Queue wait on 1 day/ }).waitFor();

  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "CSV" }).click();
  await page.getByRole("menuitem", { name: "By member" }).click();
  const file = await downloading;
  assert.match(file.suggestedFilename(), /^members-.*\.csv$/);
  const lines = readFileSync(await file.path(), "utf8").split("\r\n");
  assert.match(lines[1], /^Ben Okri,1,1,/);

  await looksGood(page);
  stage.calm();
});
