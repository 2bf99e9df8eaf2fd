// Files in both directions: the customer sends a picture, the agent sees it and sends a PDF, the customer saves it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { Customer } from "./support/customer.mjs";
import { Stage } from "./support/stage.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PDF = Buffer.from("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n");

test("a picture one way, a document the other", async (t) => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const zoe = await Customer.visit(stage);
  await zoe.open();

  await t.test("the customer sends a picture before any word, and sees it", async () => {
    await zoe.panel.getByRole("button", { name: "Attach a file" }).waitFor();
    await zoe.panel.locator("input[type=file]").setInputFiles(file("lamp.png", "image/png", picture()));
    await zoe.panel.locator(".fls .fi").waitFor();
    await shoot(zoe.page, "widget-tray");
    await zoe.panel.getByRole("button", { name: "Send", exact: true }).click();
    await isShown(zoe.log.locator(".me .pic img"));
    await zoe.panel.locator(".fls .fi").waitFor({ state: "detached" });
  });

  await t.test("what cannot be sent says why and stands in the way", async () => {
    const svg = Buffer.from("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>");
    await zoe.panel.locator("input[type=file]").setInputFiles(file("logo.svg", "image/svg+xml", svg));
    await zoe.panel.getByText("Only images, audio, video, PDF and plain text can be sent.").waitFor();
    assert.equal(await zoe.panel.getByRole("button", { name: "Send", exact: true }).isDisabled(), true);
    await zoe.panel.getByRole("button", { name: "Remove logo.svg" }).click();
  });

  await t.test("the agent sees it, large too, and sends a document and a note's file", async () => {
    await ada.openRow(ada.rows("ai"));
    await isShown(ada.log.locator(".pic img"));
    await ada.log.getByRole("button", { name: "Show lamp.png larger" }).click();
    await isShown(ada.page.locator("dialog img.large"));
    await shoot(ada.page, "dashboard-large");
    await ada.page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
    await ada.page.getByRole("button", { name: /Disconnect AI and Join/ }).click();
    await ada.composer.waitFor();
    await ada.page.locator(".comp input[type=file]").setInputFiles(file("Offer.pdf", "application/pdf", PDF));
    await ada.page.locator(".tray").getByText("Offer.pdf").waitFor();
    await shoot(ada.page, "dashboard-tray");
    assert.deepEqual(await violations(ada.page, null), []);
    await ada.page.locator(".tray progress").waitFor({ state: "detached" });
    await ada.page.reload();
    await ada.page.locator(".tray").getByText("Offer.pdf").waitFor();
    await ada.page.locator(".comp .btn.primary:enabled").click();
    await ada.log.getByRole("link", { name: /Download Offer.pdf/ }).waitFor();

    await ada.page.getByRole("tab", { name: "Internal note" }).click();
    await pasteFile(ada.composer, "secret.txt", "for the team");
    await ada.page.locator(".comp .btn.primary:enabled").click();
    await ada.log.getByRole("link", { name: /Download secret.txt/ }).waitFor();
    await shoot(ada.page, "dashboard-chat");
    assert.deepEqual(await violations(ada.page, null), []);
  });

  await t.test("the customer saves the document, and nothing of the note", async () => {
    const card = zoe.log.getByRole("button", { name: /Download Offer.pdf/ });
    await card.waitFor();
    const [saved] = await Promise.all([zoe.page.waitForEvent("download"), card.click()]);
    assert.equal(saved.suggestedFilename(), "Offer.pdf");
    assert.deepEqual(readFileSync(await saved.path()), PDF);
    await ada.page.getByRole("tab", { name: "Reply" }).click();
    await ada.reply("Here you are");
    await zoe.sees("Here you are");
    assert.equal(await zoe.log.getByText("secret.txt").count(), 0);
    await shoot(zoe.page, "widget-chat");
    assert.deepEqual(await violations(zoe.page, "switchboard-chat"), []);
  });

  await t.test("a reload shows the same", async () => {
    await zoe.page.reload();
    await isShown(zoe.log.locator(".me .pic img"));
    await zoe.log.getByRole("button", { name: /Download Offer.pdf/ }).waitFor();
  });

  // The refused SVG is noted by the browser.
  stage.watched = stage.watched.map((troubles) => troubles.filter((trouble) => !/400/.test(trouble)));
  stage.calm();
});

function file(name, mimeType, buffer) {
  return { name, mimeType, buffer };
}

/** The picture has arrived and can be drawn. */
async function isShown(image) {
  await image.waitFor();
  await image.evaluate(
    (element) =>
      new Promise((resolve, reject) => {
        const done = () => (element.naturalWidth ? resolve() : reject(new Error("not drawn")));
        if (element.complete && element.src) done();
        element.addEventListener("load", done);
        element.addEventListener("error", () => reject(new Error("not loaded")));
      }),
  );
}

function pasteFile(box, name, text) {
  return box.evaluate(
    (element, [name, text]) => {
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File([text], name, { type: "text/plain" }));
      element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    },
    [name, text],
  );
}

async function violations(page, only) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  return page.evaluate(async (only) => {
    const { violations } = await window.axe.run(only ? { include: [only] } : document, {
      resultTypes: ["violations"],
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.flat(2)).join(", ")}`);
  }, only);
}

/** For people who look: with SWITCHBOARD_SHOTS set to a folder. */
async function shoot(page, name) {
  const folder = process.env.SWITCHBOARD_SHOTS;
  if (folder) await page.screenshot({ path: `${folder}/${name}.png` });
}

/** A PNG of 240 by 160 pixels in two colours. */
function picture() {
  const [width, height] = [240, 160];
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.concat(
    Array.from({ length: height }, (_, y) =>
      Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, y < height / 2 ? "f2a65a" : "1f6b4a", "hex")]),
    ),
  );
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc(body));
  return Buffer.concat([length, body, sum]);
}

/** CRC-32 of PNG, third edition, annex D. */
function crc(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}
