// Channels of messaging platforms: added with what each platform asks for, listed with their address.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axeFinds } from "./support/axe.mjs";
import { Stage } from "./support/stage.mjs";
import { inEveryLook } from "./support/states.mjs";

const platforms = {
  email: { "E-mail address": "support@shop.example", SMTP: "smtp.shop.example" },
  line: { "Channel secret": "0123456789abcdef", "Channel access token": "token/1+2=" },
  twilio: { "Account SID": `AC${"0".repeat(32)}`, "Auth token": "0123456789abcdef" },
  viber: {
    "Token of your bot": "4f5e6d7c8b9a0f1e",
    "Name above messages that no member wrote": "Flower shop",
  },
};

test("an admin adds a channel of each platform", async () => {
  const stage = await Stage.set();
  const { page } = await stage.owner();
  await page.goto(`${stage.server.origin}/settings/channels`);
  const channels = page.getByRole("region", { name: "Messaging channels" });
  for (const [kind, asked] of Object.entries(platforms)) {
    await page.getByRole("button", { name: "Add a channel" }).click();
    await page.getByLabel("Where customers write").selectOption(kind);
    await inEveryLook(page, async (look) => assert.deepEqual(await axeFinds(page), [], look));
    await page.getByLabel("Name", { exact: true }).fill(`Our ${kind}`);
    for (const [label, value] of Object.entries(asked))
      await page.getByLabel(label, { exact: true }).fill(value);
    if (process.env.SWITCHBOARD_SHOTS)
      await page.screenshot({ path: `${process.env.SWITCHBOARD_SHOTS}/${kind}.png`, fullPage: true });
    await page.getByRole("button", { name: "Save" }).click();
    await channels.getByText(`Our ${kind}`, { exact: true }).waitFor();
  }
  assert.equal(await channels.getByText("/hooks/").count(), 4);
  await inEveryLook(page, async (look) => {
    assert.deepEqual(await axeFinds(page), [], look);
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.equal(sideways, false, look);
  });
  if (process.env.SWITCHBOARD_SHOTS)
    await page.screenshot({ path: `${process.env.SWITCHBOARD_SHOTS}/list.png`, fullPage: true });
  stage.calm();
});
