// Webhooks in the settings: made, tested, told, looked at, given a new secret, removed.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { after, test } from "node:test";
import { axeFinds } from "./support/axe.mjs";
import { Customer } from "./support/customer.mjs";
import { looksGood } from "./support/looks.mjs";
import { Stage } from "./support/stage.mjs";

/** A program that takes what it is told. */
async function listener() {
  const told = [];
  const server = createServer(async (request, response) => {
    told.push({ headers: request.headers, body: await json(request) });
    response.writeHead(204).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  after(() => server.close());
  return { told, host: `127.0.0.1:${server.address().port}` };
}

test("an admin has a program told what happens", async () => {
  const program = await listener();
  const stage = await Stage.set({ SWITCHBOARD_OUTGOING__ALLOW: program.host });
  const ada = await stage.owner({ quiet: [/400/] });
  const { page } = ada;
  const url = `http://${program.host}/told`;
  const looks = (name) => looksGood(page, name);

  await page.goto(`${stage.server.origin}/settings/webhooks`);
  await page.getByText("There is no webhook yet.").waitFor();
  await page.getByRole("button", { name: "New webhook" }).click();
  await page.getByLabel("Address").fill("http://10.0.0.1/told");
  await page.getByRole("button", { name: "Add the webhook" }).click();
  await page.getByRole("alert").waitFor();
  await page.getByLabel("Address").fill(url);
  await page.getByLabel("Only what I choose").check();
  await page.getByLabel("conversation.opened").check();
  await looks("webhook-form");
  await page.getByRole("button", { name: "Add the webhook" }).click();
  const secret = page.getByLabel("The secret that signs the requests");
  const first = await secret.inputValue();
  assert.match(first, /^whsec_/);
  await page.getByText("1 kind of event").waitFor();

  await page.getByRole("button", { name: `Send a test to ${url}` }).click();
  await page.getByText("The test arrived.").waitFor();
  assert.equal(program.told[0].body.type, "webhook.test");

  await Customer.waiting(stage);
  await page.getByRole("button", { name: `Log of ${url}` }).click();
  const log = page.getByRole("region", { name: `What was sent to ${url}` });
  const line = log.getByRole("listitem").filter({ hasText: "conversation.opened" });
  while ((await line.count()) === 0) {
    await log.getByRole("button", { name: "Look again" }).click();
    await log.getByRole("listitem").first().waitFor();
  }
  await line.getByText("Arrived").waitFor();
  await looks("webhook-log");
  await line.getByRole("button").click();
  await page.getByText("It is sent again.").waitFor();
  while (program.told.length < 3) await log.getByRole("button", { name: "Look again" }).click();
  const ids = program.told.map((one) => one.headers["webhook-id"]);
  assert.equal(ids[1], ids[2], "the same event again");

  await page.getByRole("button", { name: `New secret for ${url}` }).click();
  const dialog = page.getByRole("alertdialog");
  assert.deepEqual(await axeFinds(page), []);
  await dialog.getByRole("button", { name: "New secret" }).click();
  await page.getByText("The old one signs, too, for 24 hours.").waitFor();
  assert.notEqual(await secret.inputValue(), first);

  await page.getByRole("button", { name: `Edit ${url}` }).click();
  await page.getByLabel("Everything").check();
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator(".chrow").getByText("Everything").waitFor();
  const turn = page.getByRole("switch", { name: `${url} on` });
  await turn.click();
  await page.locator(".chrow").getByText("Off", { exact: true }).waitFor();

  await page.getByRole("button", { name: `Remove ${url}` }).click();
  await dialog.getByRole("button", { name: "Remove" }).click();
  await page.getByText("There is no webhook yet.").waitFor();
  stage.calm();
});
