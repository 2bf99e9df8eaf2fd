// telegraf against the fake of Telegram: what it asks is answered, and what the fake sends reaches a bot of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Telegraf } from "telegraf";
import { control, listen, sim } from "./place.mjs";

const token = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";
const bot = (withToken = token) => new Telegraf(withToken, { telegram: { apiRoot: sim } });

test("the fake answers and refuses as telegraf expects", async () => {
  const { telegram } = bot();
  assert.equal((await telegram.getMe()).username, "flower_shop_bot");
  const said = await telegram.sendMessage(55501, "Hällo 👋", { reply_markup: { remove_keyboard: true } });
  assert.deepEqual([said.text, said.chat.id], ["Hällo 👋", 55501]);
  assert.ok((await telegram.sendPhoto(55501, "https://shop.example/a.png")).message_id > said.message_id);
  await telegram.sendDocument(55501, "https://shop.example/a.pdf");
  const refused = (code) => (error) => error.response.error_code === code && error.response.ok === false;
  await assert.rejects(telegram.sendMessage(55501, "x".repeat(4097)), refused(400));
  await assert.rejects(bot("1:wrong").telegram.getMe(), refused(401));
  const slow = { ok: false, error_code: 429, description: "Too Many Requests", parameters: { retry_after: 7 } };
  await control("fail", { status: 429, body: JSON.stringify(slow) });
  await assert.rejects(telegram.sendMessage(55501, "Hello"), (error) => error.parameters.retry_after === 7);
});

test("an update of the fake reaches a bot of telegraf, and no other does", async () => {
  const shop = bot();
  const secret = "a-secret_token";
  const heard = new Promise((resolve) => shop.on("text", (context) => resolve(context)));
  const take = await shop.createWebhook({ domain: "127.0.0.1", path: "/hook", secret_token: secret });
  const listener = await listen(take);
  const say = { platform: "telegram", hook: listener.url, id: 7, customer: 1, text: "Hällo 👋" };
  assert.equal((await control("say", { ...say, secret: "another" })).status, 403);
  assert.equal((await control("say", { ...say, secret })).status, 200);
  const context = await heard;
  assert.deepEqual([context.message.text, context.from.first_name], ["Hällo 👋", "Zoë"]);
  await listener.close();
});
