// What members write to each other never reaches the customer: neither on the page nor in the frames.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Customer } from "./support/customer.mjs";
import { Stage } from "./support/stage.mjs";

test("notes are for the team only", async () => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const ben = await stage.agent(ada);
  const zoe = await Customer.visit(stage);
  const heard = [];
  zoe.page.on("websocket", (socket) =>
    socket.on("framereceived", ({ payload }) => heard.push(String(payload))),
  );
  await zoe.page.reload();
  await zoe.open();
  await zoe.askHuman();

  await ben.openRow(ben.rows("unassigned"));
  await ada.openRow(ada.rows("unassigned"));
  await ben.page.getByRole("tab", { name: "Internal note" }).click();
  await ben.reply("secret-before: she is a regular");
  await ada.sees("secret-before: she is a regular");
  assert.equal(await ada.rows("unassigned").count(), 1, "a note claims nothing");
  await ada.reply("Hello");
  await ben.reply("secret-after: give her a discount");
  await ada.sees("secret-after: give her a discount");
  // What comes after the notes is there, and so would they be.
  await ada.reply("One moment please");
  await zoe.sees("One moment please");
  await zoe.page.reload();
  await zoe.sees("One moment please");
  assert.equal(await zoe.panel.getByText(/secret/).count(), 0);
  assert.ok(heard.length > 5, "frames were heard");
  assert.deepEqual(
    heard.filter((frame) => frame.includes("secret")),
    [],
  );
  stage.calm();
});
