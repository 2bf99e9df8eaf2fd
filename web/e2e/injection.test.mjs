// Whatever people write stays text, wherever it is shown.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage, openProfile } from "./support/browser.mjs";
import { Customer } from "./support/customer.mjs";
import { asHtml, serveSite } from "./support/site.mjs";
import { Stage } from "./support/stage.mjs";

const PAYLOADS = [
  "<script>alert(1)</script>",
  "<img src=//evil.example/x onerror=alert(2)>",
  "<svg/onload=alert(3)>",
  'javascript:alert(4) "onmouseover=alert(5) x="',
  "</textarea><iframe srcdoc='<script>alert(6)</script>'>",
  "{{constructor.constructor('alert(7)')()}}",
];

test("payloads in messages, names and page titles run nowhere", async () => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const { origin } = stage.server;

  // The customer's name and the page's title come from the page that embeds the widget.
  const site = await serveSite();
  const key = await stage.addChannel(ada, PAYLOADS[2], {
    title: PAYLOADS[1],
    colour: "#1f6b4a",
    allowed_origins: [site.origin],
    human_after: 0,
  });
  const identity = JSON.stringify({ external_id: PAYLOADS[0], name: PAYLOADS[1], email: "x@evil.example" });
  site.show(
    PAYLOADS[4],
    `<script src="${origin}/widget.js" data-channel="${key}" data-identity="${asHtml(identity)}"></script>`,
  );
  const { page, troubles } = await openPage(await openProfile(stage.browser), [origin, site.origin]);
  stage.watched.push(troubles);
  await page.goto(site.origin);
  const zoe = new Customer(page.context(), page, troubles);
  await zoe.open();
  for (const text of PAYLOADS) await zoe.say(text);
  await zoe.human.click();

  const row = ada.rows("unassigned");
  await ada.openRow(row);
  for (const text of PAYLOADS) {
    await ada.sees(text);
    assert.equal(await zoe.count(text), 1);
  }
  await ada.page.locator("#details").getByText("x@evil.example").waitFor();
  for (const text of PAYLOADS) await ada.reply(`Ada: ${text}`);
  for (const text of PAYLOADS) await zoe.sees(`Ada: ${text}`);
  await zoe.cross.click();
  await zoe.sheet.getByLabel("What could be better?").fill(PAYLOADS[2]);
  await zoe.sheet.getByRole("button", { name: "Send and end chat" }).click();
  await ada.show("Terminated");
  await ada.openRow(ada.rows("today"));
  await ada.sees(PAYLOADS[2]);

  for (const shown of [ada.page, page]) {
    assert.equal(
      await shown.locator("iframe, .msg script, .msg img, [onerror], [onload], a[href^=javascript]").count(),
      0,
    );
  }
  stage.calm();
});
