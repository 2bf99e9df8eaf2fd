// Channels of messaging platforms: added with what each platform asks for, after it was asked whether it lets us in; listed with
// their address.
import assert from "node:assert/strict";
import { test } from "node:test";
import { looksGood } from "./support/looks.mjs";
import { Platforms } from "./support/platforms.mjs";
import { Stage } from "./support/stage.mjs";

const token = "Token of your bot";
/** What the fakes know. */
const platforms = {
  telegram: { [token]: "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw" },
  line: {
    "Channel secret": "0123456789abcdef0123456789abcdef",
    "Channel access token": "line-channel-access-token/1+2=",
  },
  twilio: { "Account SID": `AC${"0".repeat(31)}1`, "Auth token": "0123456789abcdef0123456789abcdef" },
  viber: {
    [token]: "4f5e6d7c8b9a0f1e-1a2b3c4d5e6f7a8b-9c0d1e2f3a4b5c6d",
    "Name above messages that no member wrote": "Flower shop",
  },
  slack: {
    "Bot User OAuth Token": "xoxb-111-222-of-the-simulator",
    "Signing Secret": "5ec2e75ec2e75ec2e75ec2e75ec2e7ab",
  },
  discord: {
    "Application ID": "111",
    "Public Key": "2543b92ff1095511",
    [token]: "discord-bot-token.of-the-simulator",
  },
};

const shot = (page, name) =>
  process.env.SWITCHBOARD_SHOTS &&
  page.screenshot({ path: `${process.env.SWITCHBOARD_SHOTS}/${name}.png`, fullPage: true });

async function channelsPage() {
  const fakes = await Platforms.start();
  const stage = await Stage.set({ SWITCHBOARD_OUTGOING__ALLOW: fakes.host });
  const { page } = await stage.owner();
  await fakes.stand(page);
  await page.goto(`${stage.server.origin}/settings/channels`);
  const begin = async (kind, asked) => {
    await page.getByRole("button", { name: "Add a channel" }).click();
    await page.getByLabel("Where customers write").selectOption(kind);
    await page.getByLabel("Name", { exact: true }).fill(`Our ${kind}`);
    for (const [label, value] of Object.entries(asked))
      await page.getByLabel(label, { exact: true }).fill(value);
  };
  const channels = page.getByRole("region", { name: "Messaging channels" });
  const listed = (kind) => channels.getByText(`Our ${kind}`, { exact: true });
  return { fakes, stage, page, begin, channels, listed };
}

test("an admin adds a channel of each platform, which is asked first", async () => {
  const { stage, page, begin, channels, listed } = await channelsPage();
  for (const [kind, asked] of Object.entries(platforms)) {
    await begin(kind, asked);
    await looksGood(page);
    await shot(page, kind);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText(/The platform lets us in: Flower shop/).waitFor();
    await listed(kind).waitFor();
  }
  assert.equal(await channels.getByText("/hooks/").count(), Object.keys(platforms).length);
  await looksGood(page);
  await shot(page, "list");
  stage.calm();
});

test("what a platform turns away is said, and may be saved all the same", async () => {
  const { fakes, stage, page, begin, listed } = await channelsPage();
  const save = page.getByRole("button", { name: "Save", exact: true });
  const anyway = page.getByRole("button", { name: "Save anyway" });
  await begin("telegram", { [token]: "1:wrong" });
  await save.click();
  await page.getByRole("alert").getByText("The platform does not let us in: Unauthorized").waitFor();
  await page.getByText("You can save the channel all the same.").waitFor();
  await looksGood(page);
  await shot(page, "refused");
  assert.equal(await listed("telegram").count(), 0, "nothing is saved");

  // Another word clears what was said of the one before.
  await page.getByLabel(token, { exact: true }).fill("2:wrong");
  await anyway.waitFor({ state: "detached" });
  assert.equal(await page.getByRole("alert").count(), 0);
  await fakes.control("fail", { status: 502, body: "{}" });
  await save.click();
  await page.getByRole("alert").getByText("The platform gives no clear answer: status 502").waitFor();
  await anyway.click();
  await listed("telegram").waitFor();
  const { refused } = await fakes.control("calls");
  assert.equal(refused.length, 2, "saving anyway asks nobody");
  stage.calm();
});
