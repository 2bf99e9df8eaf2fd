// Web Push: the switch, what reaches the push service, and what the worker makes of a message.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, test } from "node:test";
import { axeFinds } from "./support/axe.mjs";
import { Customer } from "./support/customer.mjs";
import { Stage } from "./support/stage.mjs";
import { inEveryLook } from "./support/states.mjs";

/** A push service that takes everything; `next()` waits for a message that nobody has asked for yet. */
async function pushService() {
  const taken = [];
  const waiting = [];
  const service = createServer((request, response) => {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      response.writeHead(201).end();
      const message = { headers: request.headers, body: Buffer.concat(parts) };
      const waiter = waiting.shift();
      if (waiter) waiter(message);
      else taken.push(message);
    });
  }).listen(0, "127.0.0.1");
  await once(service, "listening");
  after(() => service.close());
  const host = `127.0.0.1:${service.address().port}`;
  const next = () =>
    taken.length > 0 ? Promise.resolve(taken.shift()) : new Promise((taker) => waiting.push(taker));
  return { host, next, taken };
}

/** Stands in for the browser's own push service, which a test cannot reach: keys are those of RFC 8291's example. */
function subscribeTo(endpoint) {
  const subscription = {
    endpoint,
    options: { applicationServerKey: null },
    toJSON: () => ({
      endpoint,
      keys: {
        p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        auth: "BTBZMqHH6r4Tts7J_aSIgg",
      },
    }),
    unsubscribe: async () => true,
  };
  PushManager.prototype.subscribe = async ({ applicationServerKey, userVisibleOnly }) => {
    if (!userVisibleOnly || applicationServerKey.length !== 65) throw new TypeError("bad options");
    return subscription;
  };
}

async function toSettings(page) {
  await page.locator(".me").click();
  await page.getByRole("menuitem", { name: "Notifications" }).click();
  await page.getByRole("heading", { name: "Notifications" }).waitFor();
}

test("an agent who looks at no page is told by the push service, until they switch it off", async () => {
  const service = await pushService();
  const stage = await Stage.set({ SWITCHBOARD_OUTGOING__ALLOW: service.host });
  const ada = await stage.owner();
  const { page, profile } = await stage.agent(ada);
  const { origin } = stage.server;
  await toSettings(page);
  const push = page.getByRole("switch", { name: "When Switchboard is closed" });

  // A browser that does not let us say so, with what to do about it.
  await page.evaluate(() => {
    Notification.requestPermission = async () => "denied";
  });
  await push.click();
  await page.getByText("does not allow notifications here").waitFor();
  assert.equal(await push.isChecked(), false);

  await profile.grantPermissions(["notifications"], { origin });
  await profile.addInitScript(subscribeTo, `http://${service.host}/send/1`);
  await page.reload();
  await page.getByRole("heading", { name: "Notifications" }).waitFor();
  await push.click();
  await page.getByRole("switch", { name: "When Switchboard is closed", checked: true }).waitFor();
  await inEveryLook(page, async (look) => assert.deepEqual(await axeFinds(page), [], look));
  await page.getByRole("button", { name: "Test" }).click();
  const tested = await service.next();
  assert.equal(tested.headers["content-encoding"], "aes128gcm");
  assert.match(tested.headers.authorization, /^vapid t=[\w-]+\.[\w-]+\.[\w-]+, k=[\w-]{87}$/);
  await page.getByText("Tested.").waitFor();

  // The page is in view: nobody is told by push. Without a page they are.
  await Customer.waiting(stage);
  await page.waitForFunction(() => document.title.startsWith("(1) "));
  assert.deepEqual(service.taken, []);
  await page.goto("about:blank");
  await Customer.waiting(stage);
  const told = await service.next();
  assert.match(told.headers.topic, /^[0-9a-f]{32}$/);
  assert.equal(told.headers.ttl, "3600");

  await page.goto(`${origin}/settings/notifications`);
  await push.click();
  await page.getByRole("switch", { name: "When Switchboard is closed", checked: false }).waitFor();
  assert.equal(service.taken.length, 0);
  stage.calm();
});

test("the worker shows what is pushed and leads to the chat", async () => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const { page, profile } = ada;
  const { origin } = stage.server;
  await profile.grantPermissions(["notifications"], { origin });
  await Customer.waiting(stage);
  const conversation = await ada.rows("unassigned").getAttribute("data-id");
  await page.evaluate(() => navigator.serviceWorker.ready);

  const devtools = await profile.newCDPSession(page);
  const registered = new Promise((found) => {
    devtools.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      if (registrations[0]) found(registrations[0].registrationId);
    });
  });
  await devtools.send("ServiceWorker.enable");
  const registrationId = await registered;
  const deliver = (body) =>
    devtools.send("ServiceWorker.deliverPushMessage", {
      origin,
      registrationId,
      data: JSON.stringify({ kind: "unassigned", scope: null, conversation, title: "Zoe is waiting", body }),
    });
  const shown = () =>
    page.evaluate(async () => {
      const all = await (await navigator.serviceWorker.ready).getNotifications();
      return all.map(({ title, body, tag, data }) => ({ title, body, tag, data }));
    });
  const until = async (good) => {
    for (;;) {
      const now = await shown();
      if (good(now)) return now;
      await page.evaluate(() => new Promise(requestAnimationFrame));
    }
  };
  await deliver("Hello");
  const [first] = await until((all) => all.length === 1);
  assert.deepEqual(first, {
    title: "Zoe is waiting",
    body: "Hello",
    tag: conversation,
    data: { conversation },
  });
  await deliver("Anybody?");
  await until((all) => all.length === 1 && all[0].body === "Anybody?");

  // Read is read: the notification goes.
  await ada.openRow(ada.rows("unassigned"));
  await until((all) => all.length === 0);
  stage.calm();
});

test("an agent who was away finds the mark of a note that names them, on any device", async () => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const ben = await stage.agent(ada);
  const { origin } = stage.server;
  const id = (await ben.call("GET", "/session")).body.member.id;
  await Customer.waiting(stage);
  const conversation = await ben.rows("unassigned").getAttribute("data-id");
  await ben.page.goto("about:blank");
  const client_id = crypto.randomUUID();
  const note = { client_id, text: "@Ben please look", mentions: [id] };
  assert.equal((await ada.call("POST", `/conversations/${conversation}/note`, note)).status, 200);

  await ben.page.goto(origin);
  const mark = ben.row(conversation).getByText("mentioned", { exact: false });
  await mark.first().waitFor({ state: "attached" });
  // Another device remembers nothing: the server does.
  await ben.page.evaluate(() => localStorage.clear());
  await ben.page.reload();
  await mark.first().waitFor({ state: "attached" });
  await ben.openRow(ben.row(conversation));
  await mark.first().waitFor({ state: "detached" });
  await ben.page.evaluate(() => localStorage.clear());
  await ben.page.goto(origin);
  await ben.isConnected();
  await ben.row(conversation).waitFor();
  assert.equal(await mark.count(), 0);
  stage.calm();
});
