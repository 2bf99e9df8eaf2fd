// Being told: one tab sounds, the title and the icon count, a notification leads to the chat, do not disturb is quiet.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage } from "./support/browser.mjs";
import { Customer } from "./support/customer.mjs";
import { looksGood } from "./support/looks.mjs";
import { Stage } from "./support/stage.mjs";

/** Counts tones and keeps notifications, as a browser without speakers and desktop cannot show them. */
function listen() {
  window.heard = { tones: 0, shown: [] };
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...when) {
    window.heard.tones++;
    return start.apply(this, when);
  };
  ServiceWorkerRegistration.prototype.showNotification = (title, options) => {
    window.heard.shown.push({ title, ...options });
    return Promise.resolve();
  };
  Document.prototype.hasFocus = () => window.focused ?? true;
}

async function toSettings(page) {
  await page.locator(".me").click();
  await page.getByRole("menuitem", { name: "Notifications" }).click();
  await page.getByRole("heading", { name: "Notifications" }).waitFor();
}

const heard = (page) => page.evaluate(() => window.heard);

test("one tab of an agent is told, as their settings say", async () => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const ben = await stage.agent(ada);
  const { origin } = stage.server;
  await ben.profile.addInitScript(listen);
  await ben.profile.grantPermissions(["notifications"], { origin });
  await ben.page.reload();
  await ben.isConnected();
  const second = await openPage(ben.profile, [origin], [/401/]);
  stage.watched.push(second.troubles);
  await second.page.goto(origin);
  await second.page.locator('.conn[title="Connected"]').waitFor({ state: "attached" });

  // An agent finds the settings of their own browser, and no others.
  await toSettings(ben.page);
  assert.equal(await ben.page.getByRole("link", { name: "Members" }).count(), 0);
  await ben.page.getByRole("switch", { name: "Desktop notifications" }).click();
  await ben.page.getByRole("switch", { name: "Desktop notifications", checked: true }).waitFor();
  await ben.page.getByRole("button", { name: "Test" }).click();
  await ben.page.getByText("Tested.").waitFor();
  await looksGood(ben.page);
  const tested = await heard(ben.page);
  assert.equal(tested.tones, 2);
  assert.deepEqual(
    tested.shown.map(({ title }) => title),
    ["This is a test"],
  );

  // Somebody begins to wait while Ben looks at something else: two tones and a notification, from one of two tabs.
  for (const page of [ben.page, second.page]) await page.evaluate(() => (window.focused = false));
  const zoe = await Customer.waiting(stage);
  await ben.page.waitForFunction(() => window.heard.shown.length === 2);
  const told = await heard(ben.page);
  assert.equal(told.tones, 4);
  assert.match(told.shown[1].title, / is waiting$/);
  assert.match(told.shown[1].tag, /^c_/);
  assert.deepEqual(await heard(second.page), { tones: 0, shown: [] });
  await ben.page.waitForFunction(() => document.title.startsWith("(1) "));
  await ben.page.waitForFunction(() => /unread-1/.test(document.querySelector('link[rel="icon"]').href));

  // The worker leads to the conversation that was clicked.
  const { conversation } = told.shown[1].data;
  await ben.page.evaluate(
    (id) =>
      navigator.serviceWorker.dispatchEvent(new MessageEvent("message", { data: { conversation: id } })),
    conversation,
  );
  await ben.log.waitFor();
  assert.equal(new URL(ben.page.url()).pathname, `/chats/${conversation}`);
  await ben.reply("Hello, Ben here");
  await ben.page.waitForFunction(() => !document.title.startsWith("("));
  assert.equal((await heard(ben.page)).tones, 4, "what Ben does himself is no news");

  // Words in an own chat that is not looked at: one tone.
  await toSettings(ben.page);
  await zoe.say("Are you there?");
  await ben.page.waitForFunction(() => window.heard.tones === 5);
  assert.match((await heard(ben.page)).shown[2].title, / wrote$/);

  // Do not disturb: counts go on, sounds and notifications wait.
  await ben.page.getByLabel("Do not disturb").selectOption("Until I switch it off");
  await Customer.waiting(stage);
  await ben.page.waitForFunction(() => document.title.startsWith("(2) "));
  await ben.page.getByLabel("Do not disturb").selectOption("Off");
  await zoe.say("Hello again");
  await ben.page.waitForFunction(() => window.heard.shown.length === 4);
  assert.equal((await heard(ben.page)).shown.filter(({ title }) => title.endsWith("is waiting")).length, 1);
  assert.deepEqual(await heard(second.page), { tones: 0, shown: [] });
  stage.calm();
});

test("the dashboard can be installed, and its worker keeps no pages", async () => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const { request } = ada.profile;
  const manifest = await request.get(`${stage.server.origin}/manifest.webmanifest`);
  assert.match(manifest.headers()["content-type"], /^application\/manifest\+json/);
  for (const { src } of (await manifest.json()).icons) {
    assert.equal((await request.get(stage.server.origin + src)).headers()["content-type"], "image/png");
  }
  const worker = await request.get(`${stage.server.origin}/service-worker.js`);
  assert.equal(worker.headers()["cache-control"], "no-cache");
  const text = await worker.text();
  assert.doesNotMatch(text, /"fetch"|caches/);
  await ada.page.evaluate(() => navigator.serviceWorker.ready);
  stage.calm();
});
