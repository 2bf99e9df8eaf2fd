// Cards: a bot offers some, the customer picks by keyboard and by tap, members see what was offered and what was taken.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axeFinds } from "./support/axe.mjs";
import { openPage, openProfile } from "./support/browser.mjs";
import { Customer } from "./support/customer.mjs";
import { serveSite } from "./support/site.mjs";
import { Stage } from "./support/stage.mjs";

const PICTURES = "https://pictures.example";
const PICTURE = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 20"><rect width="32" height="20" fill="#7ab"/></svg>`;
const PHONE = { isMobile: true, hasTouch: true, viewport: { width: 390, height: 844 } };

const CARDS = ["Blue", "Red", "Green"].map((colour) => ({
  title: `${colour} shirt`,
  text: "20 €, in all sizes",
  image: { url: `${PICTURES}/${colour}.svg`, alt: `A shirt in ${colour}` },
  buttons: [
    { kind: "reply", title: "Take it", text: `I take the ${colour} one` },
    { kind: "link", title: "Details", url: "https://shop.example/shirt" },
  ],
}));
CARDS.push({ title: "Gone", image: { url: `${PICTURES}/missing.svg` }, buttons: [] });

test("cards", async (t) => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const bot = {
    kind: "scripted",
    greeting: "Hello!",
    rules: [{ when: ["shirt*"], say: ["We have these:"], cards: CARDS }],
    fallback: ["I see."],
  };
  const scope = await ada.scope();
  assert.equal((await ada.call("PUT", `/scopes/${scope}/bot`, bot)).status, 200);
  const { origin } = stage.server;
  const site = await serveSite(
    `default-src 'self'; style-src 'self'; script-src ${origin} 'unsafe-inline'; img-src blob: ${PICTURES}; ` +
      `connect-src ${origin} ${origin.replace("http", "ws")}`,
  );
  const key = await stage.addChannel(ada, "Shirts", { title: "Shirts", allowed_origins: [site.origin] });
  const script = `<meta name="viewport" content="width=device-width"><script src="${origin}/widget.js" data-channel="${key}" async></script>`;

  async function visit({ options, html = "" } = {}) {
    site.show("Shirts", html + script);
    const profile = await openProfile(stage.browser, options);
    const { page, troubles } = await openPage(profile, [origin, site.origin, PICTURES], [/404/]);
    stage.watched.push(troubles);
    const asked = [];
    await page.route(`${PICTURES}/**`, (route) => {
      asked.push(route.request().headers());
      if (route.request().url().includes("missing")) return route.fulfill({ status: 404 });
      return route.fulfill({ contentType: "image/svg+xml", body: PICTURE });
    });
    await page.goto(site.origin);
    const customer = Object.assign(new Customer(profile, page, troubles), { asked });
    await customer.open();
    await customer.say("Show me shirts");
    await customer.log.locator(".car li").nth(3).waitFor();
    await customer.log.locator(".car img").nth(3).waitFor({ state: "detached" });
    return customer;
  }

  await t.test("a customer picks one by keyboard", async () => {
    const zoe = await visit();
    assert.equal(
      zoe.asked.some(({ referer }) => referer),
      false,
      "the pictures' host learns of no page",
    );
    await shoot(zoe.page, "widget");
    assert.deepEqual(await axeFinds(zoe.page), []);
    const list = zoe.log.getByRole("list", { name: "Cards" });
    const at = () => list.evaluate((element) => Math.round(element.scrollLeft));
    await list.focus();
    await zoe.page.keyboard.press("ArrowRight");
    await until(async () => (await at()) > 100);
    // A key pressed during the scroll goes on from wherever it is.
    for (let last = 0; last !== (await at()); ) {
      last = await at();
      await zoe.page.evaluate(() => new Promise((done) => setTimeout(done, 150)));
    }
    await zoe.page.keyboard.press("ArrowLeft");
    await until(async () => (await at()) === 0);
    const next = zoe.log.getByRole("button", { name: "Next card" });
    await next.focus();
    await zoe.page.keyboard.press("Enter");
    await until(async () => (await at()) > 100);
    await list.focus();
    for (const name of ["Take it", "Details (opens in a new tab)", "Take it"]) {
      await zoe.page.keyboard.press("Tab");
      assert.equal(await focused(zoe.page), name);
    }
    await zoe.page.keyboard.press("Enter");
    await zoe.sees("I take the Red one");
    const taken = zoe.log.getByRole("button", { name: "Chosen: Take it" });
    await taken.waitFor();
    assert.equal(
      await zoe.log.locator(".car button.bt[aria-disabled=true]").count(),
      3,
      "the choice is over",
    );
    await zoe.heardBot(3);
    await taken.press("Enter");
    assert.equal(await zoe.log.getByText("I take the Red one").count(), 1);
    const link = zoe.log.getByRole("link", { name: /Details/ }).first();
    assert.deepEqual(
      [await link.getAttribute("target"), await link.getAttribute("rel")],
      ["_blank", "noopener noreferrer"],
    );
    await shoot(zoe.page, "widget-taken");
    assert.deepEqual(await axeFinds(zoe.page), []);
    await zoe.page.reload();
    await zoe.log.getByRole("button", { name: "Chosen: Take it" }).waitFor();
  });

  await t.test("another one by tap, on a phone", async () => {
    const yun = await visit({ options: PHONE });
    await shoot(yun.page, "phone");
    assert.deepEqual(await axeFinds(yun.page), []);
    const wide = await yun.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, "nothing scrolls sideways but the cards");
    await yun.log.getByRole("button", { name: "Next card" }).tap();
    await yun.log.getByRole("button", { name: "Take it" }).nth(1).tap();
    await yun.sees("I take the Red one");
  });

  await t.test("from right to left", async () => {
    const noa = await visit({ html: `<script>document.documentElement.dir = "rtl"</script>` });
    const list = noa.log.getByRole("list", { name: "Cards" });
    await list.focus();
    await noa.page.keyboard.press("ArrowLeft");
    await until(async () => (await list.evaluate((element) => element.scrollLeft)) < -100);
    await shoot(noa.page, "rtl");
    assert.deepEqual(await axeFinds(noa.page), []);
  });

  await t.test("in the dark", async () => {
    const dee = await visit({ options: { colorScheme: "dark" } });
    await shoot(dee.page, "widget-dark");
    assert.deepEqual(await axeFinds(dee.page), []);
  });

  await t.test("members see what was offered and what was taken, and fetch no picture", async () => {
    await ada.openRow(ada.rows("ai").last());
    const cards = ada.log.getByRole("list", { name: "Cards" });
    await cards.waitFor();
    assert.equal(await cards.getByRole("listitem").count(), 4);
    await cards.getByRole("link", { name: "Picture at pictures.example" }).first().waitFor();
    assert.equal(await cards.locator("img").count(), 0);
    await ada.sees("We have these:");
    for (const colorScheme of ["light", "dark"]) {
      await ada.page.emulateMedia({ colorScheme });
      await shoot(ada.page, `dashboard-${colorScheme}`);
      assert.deepEqual(await axeFinds(ada.page), []);
    }
  });

  await t.test("a member's card shows a file, to both", async () => {
    const { body } = await ada.call("GET", `/scopes/${scope}/conversations?state=active&limit=1`);
    const path = `/conversations/${body.items[0].id}`;
    await ada.openRow(ada.row(body.items[0].id));
    await ada.page.getByRole("button", { name: /Disconnect AI and Join/ }).click();
    await ada.composer.waitFor();
    await ada.page.locator(".comp input[type=file]").setInputFiles({
      name: "lamp.gif",
      mimeType: "image/gif",
      buffer: Buffer.from("R0lGODlhAQABAIAAAP///wAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==", "base64"),
    });
    const uploaded = await ada.page.waitForResponse((answer) => answer.url().endsWith("/files"));
    const { id } = await uploaded.json();
    const cards = [{ title: "A lamp", image: { file: id, alt: "Our lamp" } }];
    const send = { client_id: crypto.randomUUID(), cards, attachments: [id] };
    assert.equal((await ada.call("POST", `${path}/send`, send)).status, 200);
    const shown = ada.log.locator(".cards img");
    await shown.waitFor();
    assert.equal(await shown.getAttribute("alt"), "Our lamp");
    assert.equal(await ada.log.locator(".pic").count(), 0, "not once more as a file");
    await ada.page.locator(".tray").getByRole("button").first().click();
  });

  stage.calm();
});

/** Name of what has the focus in the widget. */
function focused(page) {
  return page.evaluate(() => {
    const { activeElement } = document.querySelector("switchboard-chat").shadowRoot;
    return activeElement?.textContent;
  });
}

/** Waits until something is so: scrolling takes its time. */
async function until(holds) {
  for (let tries = 0; tries < 100; tries++) {
    if (await holds()) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  assert.fail("it never came true");
}

async function shoot(page, name) {
  const folder = process.env.SWITCHBOARD_SHOTS;
  if (folder) await page.screenshot({ path: `${folder}/cards-${name}.png` });
}
