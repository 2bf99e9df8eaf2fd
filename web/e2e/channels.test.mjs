// A messaging channel's own page: what can be changed later, what could not be worked on, what was sent; and what the composer says
// when a platform takes no free words any more.
import assert from "node:assert/strict";
import { test } from "node:test";
import { looksGood } from "./support/looks.mjs";
import { Platforms } from "./support/platforms.mjs";
import { Stage } from "./support/stage.mjs";

async function begin() {
  const fakes = await Platforms.start();
  const stage = await Stage.set({ SWITCHBOARD_OUTGOING__ALLOW: fakes.host });
  const ada = await stage.owner();
  const channels = `/scopes/${await ada.scope()}/channels`;
  const add = async (kind, platform, secrets) => {
    const made = await ada.call("POST", channels, {
      kind,
      name: `Our ${kind}`,
      settings: { platform },
      secrets,
    });
    assert.equal(made.status, 201, JSON.stringify(made));
    return made.body;
  };
  const settingsOf = async (id) => {
    const { body } = await ada.call("GET", `${channels}?limit=200`);
    return body.items.find((channel) => channel.id === id).settings;
  };
  return { fakes, stage, ada, add, settingsOf };
}

test("what a platform can do is switched, and what it was told stays", async () => {
  const { fakes, stage, ada, add, settingsOf } = await begin();
  const secrets = {
    bot_token: "xoxb-111-222-of-the-simulator",
    signing_secret: "5ec2e75ec2e75ec2e75ec2e75ec2e7ab",
  };
  const slack = await add("slack", { api_base: `${fakes.base}/api` }, secrets);
  const { page } = ada;
  await page.goto(`${stage.server.origin}/settings/channels`);
  await page.getByRole("button", { name: "Settings of Our slack" }).click();
  await page.getByLabel("Threads in channels are chats, too").check();
  await page.getByLabel("Members write under their first names").check();
  await page.getByLabel("Words that ask for a human").fill("/human\nhelp me");
  await looksGood(page, "channel-form");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved.").waitFor();
  const { platform, human_words } = await settingsOf(slack.id);
  assert.deepEqual(platform, { api_base: `${fakes.base}/api`, in_channels: "on", member_names: "on" });
  assert.deepEqual(human_words, ["/human", "help me"]);
  await page.getByRole("button", { name: "Settings of Our slack" }).click();
  assert.equal(await page.getByLabel("Threads in channels are chats, too").isChecked(), true);
  await page.getByRole("button", { name: "Cancel" }).click();
  stage.calm();
});

test("a channel's log shows what could not be worked on and what was sent", async () => {
  const { fakes, stage, ada, add } = await begin();
  const token = { bot_token: "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw" };
  const telegram = await add("telegram", { api_base: fakes.base }, token);
  const secret = telegram.made_secrets.webhook_secret;
  const says = (id, text) =>
    fakes.control("say", { platform: "telegram", hook: telegram.hook, secret, id, customer: 1, text });
  await says(1, "/human");
  await says(2, "Where is my order?");
  await ada.openRow(ada.rows("unassigned"));
  await ada.reply("On its way");
  await ada.log.getByText("Sent", { exact: true }).waitFor();
  const zoe = { id: 55_001, is_bot: false, first_name: "Zoë" };
  const reaction = {
    message_id: 999,
    chat: { id: 55_001, type: "private" },
    user: zoe,
    date: 1,
    old_reaction: [],
  };
  const update = {
    update_id: 50,
    message_reaction: { ...reaction, new_reaction: [{ type: "emoji", emoji: "👍" }] },
  };
  const headers = { "content-type": "application/json", "x-telegram-bot-api-secret-token": secret };
  const body = JSON.stringify(update);
  assert.equal((await fetch(telegram.hook, { method: "POST", headers, body })).status, 200);

  const { page } = ada;
  await page.goto(`${stage.server.origin}/settings/channels`);
  await page.getByRole("button", { name: "Log of Our telegram" }).click();
  const failed = page.getByRole("region", { name: "Came in and could not be worked on" });
  const sent = page.getByRole("region", { name: "Sent", exact: true });
  await sent.getByText("Taken", { exact: true }).first().waitFor();
  // It may have been looked at before it was worked on.
  while (!(await failed.getByText("Left alone").count()))
    await failed.getByRole("button", { name: "Look again" }).click();
  await looksGood(page, "channel-log");
  await failed.getByRole("button", { name: /^Try again/ }).click();
  await page.getByText("It is tried again.").waitFor();
  await sent
    .getByRole("link", { name: /^Open the chat/ })
    .first()
    .click();
  await ada.log.getByText("On its way").waitFor();
  stage.calm();
});

test("when a platform takes no free words, the composer says so and offers templates", async () => {
  const { fakes, stage, ada, add, settingsOf } = await begin();
  const ids = { phone_number_id: "200300400500600", business_account_id: "100200300400500" };
  const secrets = { access_token: "EAATESTTOKEN123", app_secret: "9f8e7d6c5b4a39281706f5e4d3c2b1a0" };
  const whatsapp = await add("whatsapp", { ...ids, api_base: fakes.base }, secrets);
  const { page } = ada;
  await page.goto(`${stage.server.origin}/settings/channels`);
  await page.getByRole("button", { name: "Settings of Our whatsapp" }).click();
  await page.getByRole("button", { name: "Add a template" }).click();
  await page.getByLabel("Name of template 1").fill("order_update");
  await page.getByLabel("Language of template 1").fill("en_US");
  await page.getByLabel("Words of template 1").fill("Hello {{2}}");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page
    .getByRole("alert")
    .getByText(/places are not \{\{1\}\}/)
    .waitFor();
  await page.getByLabel("Words of template 1").fill("Hello {{1}}, your order {{2}} is here.");
  await looksGood(page, "template-form");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved.").waitFor();
  const { templates } = await settingsOf(whatsapp.id);
  assert.deepEqual(templates, [
    { name: "order_update", language: "en_US", body: "Hello {{1}}, your order {{2}} is here." },
  ]);

  const say = { platform: "whatsapp", hook: whatsapp.hook, id: 1, customer: 1, text: "Hi" };
  await fakes.control("say", say);
  await fakes.control("say", { ...say, id: 2, text: "/human" });
  // A day goes by.
  let until = Date.now() - 60_000;
  await page.route("**/reply_window", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), until } });
  });
  await page.goto(stage.server.origin);
  await ada.openRow(ada.rows("unassigned"));
  await page.getByText(/their platform only takes templates/).waitFor();
  await page.getByLabel("Choose a template").selectOption({ index: 1 });
  await looksGood(page, "window-closed");
  const chosen = () =>
    page.evaluate(() => {
      const box = document.querySelector("#write");
      return [box.value, box.value.slice(box.selectionStart, box.selectionEnd)];
    });
  assert.deepEqual(await chosen(), ["Hello {{1}}, your order {{2}} is here.", "{{1}}"]);
  await page.keyboard.type("Zoë");
  assert.equal((await chosen())[0], "Hello Zoë, your order {{2}} is here.");

  until = Date.now() + 60 * 60_000;
  await fakes.control("say", { ...say, id: 3, text: "Me again" });
  await page.getByText(/can be written to freely until/).waitFor();
  await looksGood(page, "window-open");
  // The refused words are noted by the browser.
  stage.watched = stage.watched.map((troubles) => troubles.filter((trouble) => !/400/.test(trouble)));
  stage.calm();
});
