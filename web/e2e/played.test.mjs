// Voice messages and clips: sent in the widget, played there and in the dashboard, and saved where a browser cannot play them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Customer } from "./support/customer.mjs";
import { looksGood } from "./support/looks.mjs";
import { Stage } from "./support/stage.mjs";

test("a voice message and a clip are played on both sides", async (t) => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const zoe = await Customer.visit(stage);
  await zoe.open();
  await zoe.panel.getByRole("button", { name: "Attach a file" }).waitFor();
  const files = zoe.panel.locator("input[type=file]");

  await t.test("the customer sends them and hears what was sent", async () => {
    const clip = await filmed(zoe.page);
    await files.setInputFiles([
      { name: "voice.wav", mimeType: "audio/wav", buffer: tone(1) },
      { name: "clip.webm", mimeType: "video/webm", buffer: clip },
      // A tag, and nothing to play behind it.
      { name: "broken.mp3", mimeType: "audio/mpeg", buffer: Buffer.from("ID3\x04\0\0\0\0\0\0 nothing") },
    ]);
    await zoe.panel.locator(".fls .fi progress").first().waitFor({ state: "detached" });
    await zoe.panel.getByRole("button", { name: "Send", exact: true }).click();
    await zoe.panel.locator(".fls .fi").first().waitFor({ state: "detached" });
    await zoe.log.getByRole("button", { name: "Play voice.wav" }).click();
    const heard = await plays(zoe.log.locator("audio"));
    assert.ok(heard.duration > 0.9 && heard.duration < 1.1, JSON.stringify(heard));
    assert.match(heard.src, /^blob:/, "no secret in an address");
    await zoe.log.getByRole("button", { name: "Play clip.webm" }).click();
    assert.equal((await plays(zoe.log.locator("video"))).width, 160);
    await zoe.log.getByRole("button", { name: "Play broken.mp3" }).click();
    await zoe.log.getByText("This browser cannot play it. Download it instead.").waitFor();
    const card = zoe.log.getByRole("button", { name: /Download voice.wav/ });
    const [saved] = await Promise.all([zoe.page.waitForEvent("download"), card.click()]);
    assert.equal(saved.suggestedFilename(), "voice.wav");
    await looksGood(zoe.page, "played-widget");
  });

  await t.test("the agent plays them, by parts and not before she wants to", async () => {
    const parts = [];
    const asked = [];
    ada.page.on("request", (request) => {
      if (request.url().includes("/files/")) asked.push(request.url());
    });
    ada.page.on("response", (response) => {
      if (response.url().includes("/files/")) parts.push(response.status());
    });
    await ada.openRow(ada.rows("ai"));
    const [voice, broken] = [ada.log.getByLabel("voice.wav"), ada.log.getByLabel("broken.mp3")];
    await broken.waitFor();
    assert.deepEqual(asked, []);
    await voice.evaluate((audio) => audio.play());
    const heard = await plays(voice);
    assert.ok(heard.duration > 0.9 && heard.duration < 1.1, JSON.stringify(heard));
    await voice.evaluate((audio) => {
      const sought = new Promise((resolve) => audio.addEventListener("seeked", resolve));
      audio.currentTime = 0.5;
      return sought;
    });
    const clip = ada.log.getByLabel("clip.webm");
    await clip.evaluate((video) => video.play());
    assert.equal((await plays(clip)).width, 160);
    assert.ok(parts.length && parts.every((status) => status === 206), JSON.stringify(parts));
    await broken.evaluate((audio) => audio.play().catch(() => {}));
    await ada.log.getByText("This browser cannot play it. Download it instead.").waitFor();
    await ada.log.getByRole("link", { name: /Download broken.mp3/ }).waitFor();
    await looksGood(ada.page, "played-dashboard");
  });

  stage.calm();
});

/** Waits until an element plays; answers what it found. */
function plays(element) {
  return element.evaluate(async (media) => {
    while (!(media.readyState >= 1 && media.currentTime > 0)) {
      await new Promise((resolve, reject) => {
        media.addEventListener("timeupdate", resolve, { once: true });
        media.addEventListener("error", () => reject(new Error(`not played: ${media.error?.message}`)));
      });
    }
    return { duration: media.duration, width: media.videoWidth, src: media.src };
  });
}

/** A tone of so many seconds: PCM, 8,000 samples of 8 bits a second. */
function tone(seconds) {
  const rate = 8_000;
  const samples = Buffer.from(
    Array.from({ length: rate * seconds }, (_, at) => 128 + Math.round(40 * Math.sin(at / 3))),
  );
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + samples.length, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write("data", 36);
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}

/** A clip of 160 by 90 pixels, as this browser records it. */
async function filmed(page) {
  const bytes = await page.evaluate(async () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [160, 90];
    const pen = canvas.getContext("2d");
    const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: "video/webm;codecs=vp8" });
    const pieces = [];
    recorder.addEventListener("dataavailable", ({ data }) => pieces.push(data));
    recorder.start();
    for (let frame = 0; frame < 12; frame++) {
      pen.fillStyle = frame % 2 ? "#f2a65a" : "#1f6b4a";
      pen.fillRect(0, 0, 160, 90);
      await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
    }
    const stopped = new Promise((resolve) => recorder.addEventListener("stop", resolve));
    recorder.stop();
    await stopped;
    return [...new Uint8Array(await new Blob(pieces).arrayBuffer())];
  });
  return Buffer.from(bytes);
}
