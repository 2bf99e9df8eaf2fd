// What the server refuses is said in the reader's language, in both pages.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axeFinds } from "./support/axe.mjs";
import { openPage, openProfile } from "./support/browser.mjs";
import { Customer } from "./support/customer.mjs";
import { PASSWORD } from "./support/member.mjs";
import { Stage } from "./support/stage.mjs";

test("refusals in the reader's language", async (t) => {
  const stage = await Stage.set();
  await stage.owner();
  const { origin } = stage.server;
  await Customer.waiting(stage);

  await t.test("a German member learns why in German, and which field it was", async () => {
    const profile = await openProfile(stage.browser, { locale: "de" });
    // The browser notes each refused request.
    const { page, troubles } = await openPage(profile, [origin], [/40\d/]);
    stage.watched.push(troubles);
    await refuse(page, /dashboard\/socket/, ({ type }) => type === "send" && "forbidden");
    await page.goto(`${origin}/login`);
    await page.locator("#email").fill("ada@shop.example");
    await page.locator("#password").fill(PASSWORD);
    await page.locator("button[type=submit]").click();
    await page.locator(".conn").first().waitFor({ state: "attached" });
    await page.goto(`${origin}/settings/scope`);
    await page.getByLabel("Name", { exact: true }).waitFor();
    await page.route("**/api/v1/scopes/*", (route) => {
      if (route.request().method() !== "PATCH") return route.continue();
      const body = route.request().postDataJSON();
      return route.continue({ postData: JSON.stringify({ ...body, time_zone: "Nowhere" }) });
    });
    await page.getByRole("button", { name: "Speichern" }).first().click();
    const alert = page.getByRole("alert");
    await alert.getByText("Etwas in diesem Formular stimmt nicht.").waitFor();
    assert.match(await alert.textContent(), /\u2068time_zone is not .*\u2069/);
    assert.deepEqual(await axeFinds(page), []);
    await page.goto(`${origin}/`);
    await page.locator(".row").first().click();
    await page.locator("#write").fill("Guten Tag");
    await page.locator("#write").press("Enter");
    await page.getByText("Nicht gesendet. Ihre Rolle erlaubt das nicht.").waitFor();
    await page.close();
  });

  await t.test("a customer learns why a message was refused, and may drop it", async () => {
    const profile = await openProfile(stage.browser, { locale: "fr" });
    const { page, troubles } = await openPage(profile, [origin]);
    stage.watched.push(troubles);
    await refuse(page, /widget\/socket/, ({ text }) => text === "trop" && "too_large");
    await page.goto(`${origin}/demo/`);
    const panel = page.locator("switchboard-chat .panel");
    await page.locator("switchboard-chat").getByRole("button").last().click();
    const box = panel.getByRole("textbox");
    await box.fill("Bonjour");
    await box.press("Enter");
    await panel.getByText("Bonjour").waitFor();
    await box.fill("trop");
    await box.press("Enter");
    const failed = panel.locator('[data-state="failed"]');
    await failed.getByText("C’est trop long. Envoyez-le en plusieurs fois.").waitFor();
    assert.deepEqual(await axeFinds(page), []);
    if (process.env.SWITCHBOARD_SHOTS)
      await page.screenshot({ path: `${process.env.SWITCHBOARD_SHOTS}/refused-widget.png` });
    await page.reload();
    await failed.getByText("C’est trop long. Envoyez-le en plusieurs fois.").waitFor();
    await failed.getByRole("button", { name: "Supprimer" }).click();
    await failed.waitFor({ state: "detached" });
  });

  stage.calm();
});

/** Answers commands for which `judge` names a code as a server would that refuses them. */
function refuse(page, url, judge) {
  return page.routeWebSocket(url, (wire) => {
    const server = wire.connectToServer();
    wire.onMessage((frame) => {
      const command = JSON.parse(frame);
      const code = judge(command);
      const error = { type: "error", ref: command.ref, code, message: "no", details: {} };
      if (code) wire.send(JSON.stringify(error));
      else server.send(frame);
    });
  });
}
