// The widget on all kinds of pages: dark, right to left, with its own measures, on phones with notches and keyboards.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axeFinds } from "./support/axe.mjs";
import { openPage, openProfile } from "./support/browser.mjs";
import { Customer } from "./support/customer.mjs";
import { serveSite } from "./support/site.mjs";
import { Stage } from "./support/stage.mjs";

const VIEWPORT = `<meta name="viewport" content="width=device-width, viewport-fit=cover">`;
const phone = { isMobile: true, hasTouch: true, viewport: { width: 390, height: 844 } };

test("the widget's looks", async (t) => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const { origin } = stage.server;
  const site = await serveSite();
  const key = await stage.addChannel(ada, "Elsewhere", {
    title: "Elsewhere",
    allowed_origins: [site.origin],
  });

  /** Opens the chat on a page with these in it, and says something. */
  async function visit({ theme = "", html = "", options, start } = {}) {
    const attribute = theme && ` data-theme="${theme}"`;
    site.show(
      "Elsewhere",
      `${html}<script src="${origin}/widget.js" data-channel="${key}"${attribute}></script>`,
    );
    const { page, troubles } = await openPage(await openProfile(stage.browser, options), [
      origin,
      site.origin,
    ]);
    stage.watched.push(troubles);
    await start?.(page);
    await page.goto(site.origin);
    const zoe = new Customer(page.context(), page, troubles);
    await zoe.open();
    await zoe.say("Opening hours");
    await zoe.heardBot(2);
    return zoe;
  }
  const background = (zoe) => zoe.panel.evaluate((panel) => getComputedStyle(panel).backgroundColor);
  const [light, dark] = ["rgb(255, 255, 255)", "rgb(21, 24, 30)"];

  await t.test("follows the visitor's system, or what the page says", async () => {
    const zoe = await visit();
    assert.equal(await background(zoe), light);
    await zoe.page.emulateMedia({ colorScheme: "dark" });
    assert.equal(await background(zoe), dark);
    assert.deepEqual(await axeFinds(zoe.page), []);
    const forced = await visit({ theme: "dark" });
    assert.equal(await background(forced), dark);
    assert.deepEqual(await axeFinds(forced.page), []);
    const bright = await visit({ theme: "light", options: { colorScheme: "dark" } });
    assert.equal(await background(bright), light);
    stage.calm();
  });

  await t.test("takes its measures from the page's style sheet and nothing else", async () => {
    const zoe = await visit({
      html: `<style>
        * { margin: 90px !important; font: 40px serif !important; color: red !important }
        switchboard-chat { --switchboard-width: 300px; --switchboard-height: 500px; --switchboard-radius: 2px;
          --switchboard-inset-end: 10px; --switchboard-inset-bottom: 30px; --switchboard-font: monospace;
          display: none !important; width: 5px !important }
      </style>`,
    });
    const style = (property) =>
      zoe.panel.evaluate((panel, property) => getComputedStyle(panel)[property], property);
    const { width, height } = await zoe.panel.boundingBox();
    assert.deepEqual([width, height], [300, 500]);
    assert.deepEqual([await style("borderRadius"), await style("fontFamily")], ["2px", "monospace"]);
    assert.deepEqual([await style("fontSize"), await style("margin")], ["15px", "0px"]);
    const button = await zoe.launcher.boundingBox();
    assert.deepEqual([1440 - button.x - button.width, 900 - button.y - button.height], [10, 30]);
    stage.calm();
  });

  await t.test("reads from right to left where the page does", async () => {
    const zoe = await visit({ html: `<script>document.documentElement.dir = "rtl"</script>` });
    const [panel, mine, theirs, launcher] = await Promise.all(
      [
        zoe.panel,
        zoe.messages.locator("visible=true").and(zoe.log.locator(".me")),
        zoe.messages,
        zoe.launcher,
      ].map((one) => one.first().boundingBox()),
    );
    assert.ok(launcher.x < 100 && panel.x < 100, "at the other side of the window");
    assert.ok(mine.x < theirs.x, "what I say stands on the left");
    assert.deepEqual(await axeFinds(zoe.page), []);
    stage.calm();
  });

  await t.test("keeps clear of notches, and of the keyboard", async () => {
    const zoe = await visit({
      html: VIEWPORT,
      options: phone,
      start: async (page) => {
        const devtools = await page.context().newCDPSession(page);
        const insets = { top: 47, bottom: 34, left: 0, right: 0 };
        await devtools.send("Emulation.setSafeAreaInsetsOverride", { insets });
      },
    });
    const head = await zoe.panel.locator(".hd").boundingBox();
    const foot = await zoe.panel.locator(".pwd").boundingBox();
    assert.ok(head.y >= 47, `the head begins at ${head.y}`);
    assert.ok(foot.y + foot.height <= 844 - 34, `the foot ends at ${foot.y + foot.height}`);
    // As iOS does: what is seen gets smaller and moves, the page stays as it is.
    await zoe.page.evaluate(() => {
      for (const [name, value] of [
        ["height", 500],
        ["offsetTop", 40],
      ])
        Object.defineProperty(visualViewport, name, { value });
      visualViewport.dispatchEvent(new Event("resize"));
    });
    const { y, height } = await zoe.panel.boundingBox();
    assert.deepEqual([y, height], [40, 500]);
    const box = await zoe.box.boundingBox();
    assert.ok(box.y + box.height <= 540, "the box is not under the keyboard");
    stage.calm();
  });

  await t.test("fills a phone that lies on its side", async () => {
    const zoe = await visit({ html: VIEWPORT, options: { ...phone, viewport: { width: 844, height: 390 } } });
    const { width, height } = await zoe.panel.boundingBox();
    assert.deepEqual([width, height], [844, 390]);
    stage.calm();
  });
});
