// The library of Standard Webhooks against the generic channel and against event webhooks, both ways.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { Webhook } from "standardwebhooks";
import { channel, conversationWith, listen, ours, scope } from "./place.mjs";

test("the channel speaks Standard Webhooks both ways", async () => {
  const listener = await listen();
  const { hook, made_secrets: secrets } = await channel("webhook", { url: listener.url }, {});
  const words = "Signed by the library in JavaScript: Hällo 👋";
  const data = { message_id: randomUUID(), conversation_key: "cust-43", text: words };
  const body = JSON.stringify({ type: "message.inbound", timestamp: "2026-01-01T00:00:00Z", data });
  const post = async (secret, sent = body) => {
    const now = new Date();
    const headers = {
      "content-type": "application/json",
      "webhook-id": "msg_js_1",
      "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
      "webhook-signature": new Webhook(secret).sign("msg_js_1", now, body),
    };
    return (await fetch(hook, { method: "POST", headers, body: sent })).status;
  };
  assert.equal(await post(secrets.inbound_secret, `${body} `), 401);
  assert.equal(await post(secrets.outbound_secret), 401);
  assert.equal(await post(secrets.inbound_secret), 200);
  const chat = await conversationWith(words);
  await ours("POST", `/conversations/${chat}/send`, { client_id: randomUUID(), text: "On its way 👋" });
  const told = await listener.next();
  const verified = new Webhook(secrets.outbound_secret).verify(told.body, told.headers);
  assert.deepEqual([verified.type, verified.data.text], ["message.outbound", "On its way 👋"]);
  assert.throws(() => new Webhook(secrets.outbound_secret).verify(`${told.body} `, told.headers));
  assert.throws(() => new Webhook(secrets.inbound_secret).verify(told.body, told.headers));
  await listener.close();
});

test("events are Standard Webhooks, also while the secret changes", async () => {
  const listener = await listen();
  const path = `/scopes/${scope}/webhooks`;
  const made = await ours("POST", path, { url: listener.url, events: ["contact.changed"] });
  const rotated = await ours("POST", `${path}/${made.id}/rotate_secret`, {});
  await ours("POST", `${path}/${made.id}/test`, {});
  const { headers, body } = await listener.next();
  for (const secret of [made.secret, rotated.secret])
    assert.equal(new Webhook(secret).verify(body, headers).type, "webhook.test");
  assert.throws(() => new Webhook(made.secret).verify(body.replace("webhook.test", "webhook.tent"), headers));
  await ours("DELETE", `${path}/${made.id}`);
  await listener.close();
});
