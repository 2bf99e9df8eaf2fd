// The pages in other languages: chosen by the browser, by the reader, by the channel, by the site.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axeFinds } from "./support/axe.mjs";
import { openPage, openProfile } from "./support/browser.mjs";
import { PASSWORD } from "./support/member.mjs";
import { serveSite } from "./support/site.mjs";
import { Stage } from "./support/stage.mjs";

const wide = { width: 1440, height: 900 };
const narrow = { width: 390, height: 844 };

/** Nothing of a page stands outside the window. */
async function fits(page, what) {
  for (const viewport of [wide, narrow]) {
    await page.setViewportSize(viewport);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= viewport.width, `${what} at ${viewport.width} is ${width} wide`);
    assert.deepEqual(await axeFinds(page), [], `${what} at ${viewport.width}`);
  }
  await page.setViewportSize(wide);
}

/** Where it stands; what is drawn anew at that moment is asked again. */
async function place(element) {
  await element.waitFor();
  return (await element.boundingBox()) ?? place(element);
}

const root = (page) => page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]);

test("the dashboard and the widget in other languages", async (t) => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const { origin } = stage.server;

  /** Ada at a browser of another language, on the page for signing in. */
  async function comeBack(locale) {
    const profile = await openProfile(stage.browser, { locale });
    const { page, troubles } = await openPage(profile, [origin], [/401/]);
    stage.watched.push(troubles);
    await page.goto(`${origin}/login`);
    await page.locator("#email").waitFor();
    return page;
  }

  async function signIn(page) {
    await page.locator("#email").fill("ada@shop.example");
    await page.locator("#password").fill(PASSWORD);
    await page.locator("button[type=submit]").click();
    await page.locator(".conn").first().waitFor({ state: "attached" });
  }

  await t.test("German: every page of the dashboard fits", async () => {
    const page = await comeBack("de-AT");
    await page.getByRole("heading", { name: "Anmelden" }).waitFor();
    assert.deepEqual(await root(page), ["de", "ltr"]);
    await fits(page, "sign in");
    await signIn(page);
    await page.getByText("Nicht zugewiesen").first().waitFor();
    await fits(page, "the dashboard");
    for (const path of [
      "/profile",
      "/analytics",
      "/canned",
      "/settings/hours",
      "/settings/channels",
      "/settings/tags",
      "/settings/notifications",
      "/settings/bot",
    ]) {
      await page.goto(origin + path);
      await page.locator("main.page h1").waitFor();
      await fits(page, path);
    }
    stage.calm();
  });

  await t.test(
    "Arabic: from right to left, and the choice of another language outlives a reload",
    async () => {
      const page = await comeBack("ar-EG");
      assert.deepEqual(await root(page), ["ar", "rtl"]);
      await fits(page, "sign in");
      await signIn(page);
      await page.getByText("غير مسندة").first().waitFor();
      const side = await page.locator(".side").boundingBox();
      assert.ok(side.x > 700, "the menu stands on the right");
      await fits(page, "the dashboard");
      for (const path of ["/analytics", "/settings/hours", "/settings/members", "/profile"]) {
        await page.goto(origin + path);
        await page.locator("main.page h1").waitFor();
        await fits(page, path);
      }
      await page.getByLabel("اللغة").selectOption("fr");
      await page.getByRole("heading", { name: "Votre profil" }).waitFor();
      await page.reload();
      await page.getByRole("heading", { name: "Votre profil" }).waitFor();
      assert.deepEqual(await root(page), ["fr", "ltr"]);
      await page.getByLabel("Langue").selectOption("");
      await page.getByRole("heading", { name: "ملفك الشخصي" }).waitFor();
      stage.calm();
    },
  );

  const site = await serveSite();
  const settings = { title: "Elsewhere", allowed_origins: [site.origin] };
  const key = await stage.addChannel(ada, "Elsewhere", settings);

  /** Opens the widget of `channel` in a browser of this language. */
  async function visit(locale, { channel = key, html = "" } = {}) {
    site.show("Elsewhere", `<script src="${origin}/widget.js" data-channel="${channel}" ${html}></script>`);
    const profile = await openProfile(stage.browser, { locale });
    const { page, troubles } = await openPage(profile, [origin, site.origin]);
    stage.watched.push(troubles);
    await page.goto(site.origin);
    return page;
  }
  const launcher = (page, name) => page.getByRole("button", { name, exact: true }).last();

  await t.test("the widget in Japanese, from the launcher to the queue", async () => {
    const page = await visit("ja-JP");
    await launcher(page, "チャットを開く").click();
    const panel = page.locator("switchboard-chat .panel");
    await panel.getByRole("textbox", { name: "メッセージを入力" }).fill("こんにちは");
    await page.keyboard.press("Enter");
    await panel.getByRole("log").getByText("こんにちは").waitFor();
    assert.equal(await page.locator("switchboard-chat .pw").getAttribute("lang"), "ja");
    assert.deepEqual(await axeFinds(page), []);
    await panel
      .getByRole("button", { name: "閉じる" })
      .or(panel.getByTitle("チャットを終了"))
      .first()
      .click();
    await panel.getByRole("dialog", { name: "チャットを終了しますか?" }).waitFor();
    assert.deepEqual(await axeFinds(page), []);
    stage.calm();
  });

  await t.test("the widget in Arabic: from right to left on a page that is not", async () => {
    const page = await visit("ar");
    await launcher(page, "فتح المحادثة").click();
    const panel = page.locator("switchboard-chat .panel");
    await panel.getByRole("textbox", { name: "اكتب رسالة" }).fill("مرحبا");
    await page.keyboard.press("Enter");
    await panel.getByRole("log").getByText("مرحبا").waitFor();
    const theirs = panel.locator(".msg:not(.me)").locator("visible=true").first();
    await theirs.waitFor();
    const [mine, bot, button] = await Promise.all(
      [panel.locator(".msg.me").first(), theirs, launcher(page, "تصغير المحادثة")].map(place),
    );
    assert.ok(mine.x < bot.x, "what I say stands on the left");
    assert.ok(button.x > 1000, "the launcher stays where the page has it");
    assert.deepEqual(await axeFinds(page), []);
    stage.calm();
  });

  await t.test("the channel decides for all visitors, the site's script tag for its pages", async () => {
    const french = await stage.addChannel(ada, "Boutique", { ...settings, language: "fr" });
    await launcher(await visit("ja-JP", { channel: french }), "Ouvrir le chat").waitFor();
    const page = await visit("ja-JP", { channel: french, html: `data-language="es"` });
    await launcher(page, "Abrir el chat").waitFor();
    await launcher(await visit("sv-SE"), "Open chat").waitFor();
    stage.calm();
  });
});
