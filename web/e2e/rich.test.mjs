// Emphasis, code, links, lists and quotes look the same on both sides, and hold nothing that runs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Customer } from "./support/customer.mjs";
import { Stage } from "./support/stage.mjs";

const TEXT = [
  "**Two** ways, *both* `free`:",
  "1. see [our terms](https://shop.example/terms)",
  "2. write to zoe@shop.example",
  "> You said <b>so</b>",
  "- not [this](javascript:alert(1))",
].join("\n");

/** What stands in the last bubble with this text, in short. */
function shape(log) {
  return log
    .locator(".b", { hasText: "Two ways" })
    .last()
    .evaluate((bubble) => {
      const short = (node) =>
        node.nodeType === Node.TEXT_NODE
          ? node.textContent
          : `${node.localName}(${[...node.childNodes].map(short).join("")})`;
      return [...bubble.children].map(short).join(" ");
    });
}

const EXPECTED =
  "p(strong(Two) ways, em(both) code(free):) ol(li(see a(our terms))li(write to a(zoe@shop.example))) " +
  "blockquote(p(You said <b>so</b>)) ul(li(not [this](javascript:alert(1))))";

test("rich messages", async (t) => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const zoe = await Customer.visit(stage);
  await zoe.open();

  await t.test("a customer's list and links arrive", async () => {
    await zoe.box.fill(TEXT);
    await zoe.box.press("Enter");
    await zoe.log.locator(".msg.me .b strong").waitFor();
    assert.equal(await shape(zoe.log), EXPECTED);
    await ada.openRow(ada.rows("ai"));
    await ada.log.locator(".b strong").waitFor();
    assert.equal(await shape(ada.log), EXPECTED);
    const link = zoe.log.getByRole("link", { name: "our terms" });
    assert.equal(await link.getAttribute("href"), "https://shop.example/terms");
    assert.equal(await link.getAttribute("rel"), "noopener noreferrer nofollow");
  });

  await t.test("an agent picks a picture by keyboard and sends it with a text", async () => {
    await ada.page.getByRole("button", { name: "Disconnect AI and Join this Chat" }).click();
    await ada.rows("mine").waitFor();
    await ada.page.getByRole("tab", { name: "Reply", selected: true }).waitFor();
    await ada.composer.fill("Hello , dear");
    await ada.composer.evaluate((box) => box.setSelectionRange(6, 6));
    await ada.page.getByRole("button", { name: "Emoji" }).click();
    const list = ada.page.getByRole("dialog", { name: "Emoji" });
    await list.waitFor();
    await ada.page.keyboard.press("ArrowRight");
    await ada.page.keyboard.press("Escape");
    await list.waitFor({ state: "detached" });
    await ada.page.keyboard.press("Enter");
    await list.waitFor();
    await ada.page.keyboard.press("ArrowRight");
    await ada.page.keyboard.press("Enter");
    assert.equal(await ada.composer.inputValue(), "Hello 😀, dear");
    await ada.composer.press("Enter");
    await zoe.sees("Hello 😀, dear");
    stage.calm();
  });
});
