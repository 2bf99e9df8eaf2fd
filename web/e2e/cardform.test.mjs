// Cards by members: made in a form by keyboard alone, kept over a reload, refused with a reason, sent, and seen by the customer.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Customer } from "./support/customer.mjs";
import { looksGood } from "./support/looks.mjs";
import { Stage } from "./support/stage.mjs";

const GIF = Buffer.from("R0lGODlhAQABAIAAAP///wAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==", "base64");

test("cards by members", async (t) => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const { page } = ada;
  const zoe = await Customer.waiting(stage);
  await ada.openRow(ada.rows("unassigned"));
  await ada.reply("Hello, this is Ada");
  const form = page.getByRole("dialog", { name: "Cards" });
  const field = (name) => form.getByLabel(name, { exact: true });
  const tray = page.locator(".comp").getByRole("list", { name: "Cards" });
  const done = form.getByRole("button", { name: "Add to the reply" });
  const open = page.locator(".comp").getByRole("button", { name: "Cards", exact: true });

  await t.test("a card by keyboard alone", async () => {
    await open.focus();
    await page.keyboard.press("Enter");
    await form.waitFor();
    await field("Title").focus();
    await page.keyboard.type("Blue shirt");
    await page.keyboard.press("Tab");
    await page.keyboard.type("20 €, in all sizes");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await field("Words on it").focus();
    await page.keyboard.type("Take it");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.type("I take the blue one");
    await form.getByRole("region", { name: "Preview" }).getByText("Take it").waitFor();
    await page.keyboard.press("Enter");
    await form.waitFor({ state: "detached" });
    await tray.getByText("Blue shirt").waitFor();
    assert.equal(await open.evaluate((button) => button === document.activeElement), true);
  });

  await t.test("what the server would refuse is said at the field, and gets the focus", async () => {
    await tray.getByRole("button", { name: "Edit the card Blue shirt" }).click();
    await form.getByRole("button", { name: "Add a card" }).click();
    await field("Picture").selectOption("address");
    await field("Address of the picture").fill("http://shop.example/red.png");
    await form.getByRole("button", { name: "Add a button" }).click();
    await field("What it does").selectOption("link");
    await form.getByRole("button", { name: "Card 1" }).click();
    await done.click();
    const title = field("Title");
    assert.equal(await title.evaluate((input) => input === document.activeElement), true);
    assert.equal(await title.getAttribute("aria-invalid"), "true");
    assert.equal(await form.getByText("Fill this in.").count(), 3);
    assert.equal(await form.getByText("This is no address that begins with https://.").count(), 1);
    await looksGood(page, "card-form-problems");
    await title.fill("Red shirt");
    await field("Address of the picture").fill("https://shop.example/red.png");
    await field("What the picture shows").fill("A shirt in red");
    await field("Words on it").fill("Details");
    await field("Address of the page").fill("https://shop.example/red");
    assert.equal(await form.locator("[aria-invalid]").count(), 0);
    await form.getByRole("link", { name: "Picture at shop.example" }).waitFor();
  });

  await t.test("what was begun comes back after Escape", async () => {
    await page.keyboard.press("Escape");
    await form.waitFor({ state: "detached" });
    assert.equal(await tray.getByRole("listitem").count(), 1);
    await open.click();
    await form.getByRole("button", { name: "Card 2" }).click();
    assert.equal(await field("Title").inputValue(), "Red shirt");
    await looksGood(page, "card-form");
  });

  await t.test("a picture from this device", async () => {
    await form.getByRole("button", { name: "Add a card" }).click();
    await field("Title").fill("A lamp");
    await field("Picture").selectOption("file");
    await form.locator("input[type=file]").setInputFiles({
      name: "words.txt",
      mimeType: "text/plain",
      buffer: Buffer.from("no picture"),
    });
    await form.getByText("Choose a picture.").waitFor();
    await form
      .locator("input[type=file]")
      .setInputFiles({ name: "lamp.gif", mimeType: "image/gif", buffer: GIF });
    await form.getByText("lamp.gif").waitFor();
    await field("What the picture shows").fill("Our lamp");
    await form.getByRole("img", { name: "Our lamp" }).waitFor();
    await done.click();
    await tray.getByText("A lamp").waitFor();
  });

  await t.test("they survive a reload, go with the text, and the customer picks one", async () => {
    await ada.composer.fill("Which one?");
    await page.reload();
    await tray.getByText("Red shirt").waitFor();
    assert.equal(await tray.getByRole("listitem").count(), 3);
    assert.equal(await ada.composer.inputValue(), "Which one?");
    await looksGood(page, "card-tray");
    await page.locator(".comp .btn.primary:enabled").click();
    await tray.waitFor({ state: "detached" });
    await ada.sees("Which one?");
    const sent = ada.log.getByRole("list", { name: "Cards" });
    await sent.getByRole("img", { name: "Our lamp" }).waitFor();
    assert.equal(await sent.getByRole("listitem").count(), 3);
    await zoe.log.locator(".car li").nth(2).waitFor();
    await zoe.log.getByRole("button", { name: "Take it" }).click();
    await zoe.sees("I take the blue one");
    await ada.sees("I take the blue one");
  });

  await t.test("cards alone are a reply, and removing the last leaves none", async () => {
    await open.click();
    await field("Title").fill("Green shirt");
    await done.click();
    await tray.getByText("Green shirt").waitFor();
    await page.locator(".comp .btn.primary:enabled").click();
    await ada.log.getByText("Green shirt").waitFor();
    await zoe.log.getByText("Green shirt").waitFor();
    await open.click();
    await field("Title").fill("Grey shirt");
    await done.click();
    await tray.getByRole("button", { name: "Remove Grey shirt" }).click();
    await tray.waitFor({ state: "detached" });
    assert.equal(await page.locator(".comp .btn.primary").isDisabled(), true);
  });

  // The pictures' host is no real one, and nobody fetches from it but the customer.
  stage.watched = stage.watched.map((troubles) =>
    troubles.filter((trouble) => !/shop\.example|ERR_/.test(trouble)),
  );
  stage.calm();
});
