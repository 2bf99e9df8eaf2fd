// The widget on somebody else's page, which forbids nearly everything.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage, openProfile } from "./support/browser.mjs";
import { Customer } from "./support/customer.mjs";
import { serveSite } from "./support/site.mjs";
import { Stage } from "./support/stage.mjs";

test("a foreign page with a strict content security policy", async (t) => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const { origin } = stage.server;
  const policy = [
    "default-src 'self'",
    "style-src 'self'",
    `script-src ${origin}`,
    `connect-src ${origin} ${origin.replace("http", "ws")}`,
  ].join("; ");
  const site = await serveSite(policy);
  const key = await stage.addChannel(ada, "Elsewhere", {
    title: "Elsewhere",
    colour: "#7a2e8c",
    allowed_origins: [site.origin],
    human_after: 0,
  });
  const embed = `<script src="${origin}/widget.js" data-channel="${key}" async></script>`;
  site.show("Elsewhere", embed);
  await t.test("works there as it does at home", async () => {
    const { page, troubles } = await openPage(await openProfile(stage.browser), [origin, site.origin]);
    stage.watched.push(troubles);
    await page.goto(site.origin);
    const zoe = new Customer(page.context(), page, troubles);
    await zoe.open();
    const colour = await zoe.launcher.evaluate((button) => getComputedStyle(button).backgroundColor);
    assert.equal(colour, "rgb(122, 46, 140)", "styles arrive without inline styles");
    await zoe.say("Opening hours");
    await zoe.heardBot(2);
    await zoe.human.click();
    await ada.openRow(ada.rows("unassigned"));
    await ada.page.locator(".chead").getByText("Elsewhere").first().waitFor();
    await ada.reply("Hello over there");
    await zoe.sees("Hello over there");
    await page.reload();
    await zoe.sees("Hello over there");
    // The parts that are fetched when they are wanted, and the requests beside the socket.
    await ada.composer.fill("See **the rules**");
    await ada.composer.press("Enter");
    await zoe.log.locator(".b strong", { hasText: "the rules" }).waitFor();
    await zoe.cross.click();
    await zoe.sheet.getByRole("button", { name: "Skip and end" }).click();
    await zoe.panel.getByRole("button", { name: "Earlier chats" }).click();
    await zoe.panel.getByRole("button", { name: /^Opening hours/ }).click();
    await zoe.panel.getByText("You ended this chat").last().waitFor();
    stage.calm();
  });
});
