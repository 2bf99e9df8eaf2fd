// What an agent uses all day: tags and filters, the customer's fields, members named in notes, exports.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Customer } from "./support/customer.mjs";
import { Stage } from "./support/stage.mjs";

test("a chat is tagged, found by its tag and freed of it", async () => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const { page } = ada;
  for (const text of ["My pot is cracked", "Do you ship to Lyon?"]) {
    const zoe = await Customer.visit(stage);
    await zoe.open();
    await zoe.say(text);
    await zoe.heardBot(2);
  }
  const details = page.getByRole("complementary");
  await ada.rows("ai").nth(1).waitFor();
  await ada.openRow(ada.rows("ai").first());
  await details.getByRole("button", { name: "Add tag" }).click();
  await page.keyboard.type("Damaged Item");
  await page.keyboard.press("Enter");
  await details.getByText("damaged-item", { exact: true }).waitFor();
  await ada.sees("You added the tag damaged-item");
  await ada.rows("ai").filter({ hasText: "damaged-item" }).waitFor();

  await page.getByRole("button", { name: "Filter" }).click();
  await page.getByRole("menuitemradio", { name: "damaged-item" }).click();
  await ada.rows("ai").nth(1).waitFor({ state: "detached" });
  assert.equal(await ada.rows("ai").count(), 1);
  await page.getByRole("button", { name: "Filter (1 set)" }).click();
  await page.getByRole("menuitem", { name: "Show all" }).click();
  await ada.rows("ai").nth(1).waitFor();

  await details.getByRole("button", { name: "Remove the tag damaged-item" }).click();
  await details.getByText("damaged-item", { exact: true }).waitFor({ state: "detached" });
  stage.calm();
});

test("what is known of a customer is corrected, and the list shows the name", async () => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const { page } = ada;
  const zoe = await Customer.visit(stage);
  await zoe.open();
  await zoe.say("Hello");
  await ada.openRow(ada.rows("ai"));
  const details = page.getByRole("complementary");
  await details.getByRole("button", { name: "Edit what is known of the customer" }).click();
  await details.getByLabel("Name", { exact: true }).fill("Zoë Quirk");
  await details.getByLabel("Email").fill("zoe@quirk.example");
  await details.getByLabel("Phone").fill("+49 151 000");
  await details.getByRole("button", { name: "Add a field" }).click();
  await details.getByLabel("Field", { exact: true }).fill("Plan");
  await details.getByLabel("Value", { exact: true }).fill("Gold");
  await details.getByRole("button", { name: "Save" }).click();
  await details.getByText("+49 151 000").waitFor();
  await details.getByText("Gold", { exact: true }).waitFor();
  await ada.rows("ai").filter({ hasText: "Zoë Quirk" }).waitFor();
  await page.reload();
  await details.getByText("zoe@quirk.example").waitFor();
  const id = page.url().split("/").pop();

  // What others correct is seen at once as well.
  const { contact } = (await ada.call("GET", `/conversations/${id}`)).body;
  await ada.call("PATCH", `/contacts/${contact.id}`, {
    email: "zq@quirk.example",
    attributes: { Plan: "Silver" },
  });
  await details.getByText("zq@quirk.example").waitFor();
  await details.getByText("Silver", { exact: true }).waitFor();
  const json = await ada.call("GET", `/conversations/${id}/transcript?format=json`);
  assert.equal(json.body.entries[0].body.kind, "opened");
  stage.calm();
});

test("who is named in a note is told, and finds the chat marked", async () => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const ben = await stage.agent(ada);
  const zoe = await Customer.waiting(stage);
  await ada.openRow(ada.rows("unassigned"));
  await ada.page.getByRole("tab", { name: "Internal note" }).click();
  await ada.composer.pressSequentially("@be");
  const offered = ada.page.getByRole("listbox", { name: "Members" });
  await offered.getByRole("option", { name: "Ben Okri" }).waitFor();
  await ada.composer.press("Enter");
  assert.equal(await ada.composer.inputValue(), "@Ben Okri ");
  await ada.composer.pressSequentially("have a look");
  await ada.composer.press("Enter");
  await ada.log.locator(".at", { hasText: "@Ben Okri" }).waitFor();

  await ben.page.getByText(/Ada Byron mentioned you/).waitFor();
  await marked(ben.rows("unassigned")).waitFor({ state: "attached" });
  await ben.page.reload();
  await ben.isConnected();
  await marked(ben.rows("unassigned")).waitFor({ state: "attached" });
  await ben.openRow(ben.rows("unassigned"));
  await ben.sees("have a look");
  await marked(ben.rows("unassigned")).waitFor({ state: "detached" });
  assert.equal(await zoe.panel.getByText(/have a look/).count(), 0);
  stage.calm();
});

test("a mark that is read while the server is still asked for marks does not come back", async () => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const ben = await stage.agent(ada);
  const row = (member, text) => member.rows("unassigned").filter({ hasText: text });
  for (const text of ["First", "Second"]) {
    const zoe = await Customer.waiting(stage);
    await zoe.say(text);
    await ada.openRow(row(ada, text));
    await ada.sees(text);
    await ada.page.getByRole("tab", { name: "Internal note" }).click();
    await ada.composer.fill(`@Ben Okri have a look at this: ${text}`);
    await ada.composer.press("Enter");
    await ada.log.locator(".at", { hasText: "@Ben Okri" }).waitFor();
    await marked(row(ben, text)).waitFor({ state: "attached" });
  }

  // What this browser remembers is gone: only the late answer can mark the second.
  const late = await held(ben.page, "**/mentions?*");
  const read = new Promise((go) => {
    const look = ({ payload }) => payload.includes('"type":"read"') && go();
    ben.page.on("websocket", (socket) => socket.on("framesent", look));
  });
  await ben.page.evaluate(() => localStorage.clear());
  await ben.page.reload();
  await late.asked;
  await ben.isConnected();
  await ben.openRow(row(ben, "First"));
  await ben.sees("have a look at this: First");
  await read;
  late.release();
  await marked(row(ben, "Second")).waitFor({ state: "attached" });
  assert.equal(await marked(row(ben, "First")).count(), 0);
  stage.calm();
});

test("a list of members that comes late does not take the place of a newer one", async () => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const late = await held(ada.page, "**/members?limit=200");
  await stage.agent(ada, "Ben Okri");
  await late.asked;
  await stage.agent(ada, "Cem Ay");
  await Customer.waiting(stage);
  await ada.openRow(ada.rows("unassigned"));
  await ada.page.getByRole("tab", { name: "Internal note" }).click();
  const cem = ada.page.getByRole("option", { name: "Cem Ay" });
  await ada.composer.pressSequentially("@ce");
  await cem.waitFor();
  await ada.composer.fill("");
  await cem.waitFor({ state: "detached" });

  const answered = ada.page.waitForEvent("requestfinished", (request) => request.url().includes("/members?"));
  late.release();
  await answered;
  await ada.page.evaluate(() => fetch("/healthz"));
  await ada.composer.pressSequentially("@ce");
  await cem.waitFor();
  stage.calm();
});

/** Holds back the answer to the first such request of a page. */
async function held(page, url) {
  const late = {};
  const released = new Promise((release) => Object.assign(late, { release }));
  late.asked = page.waitForRequest(url);
  const hold = async (route) => {
    const response = await route.fetch();
    await released;
    await route.fulfill({ response });
  };
  await page.route(url, hold, { times: 1 });
  return late;
}

/** The mark at a row that says its reader was named there. */
function marked(row) {
  return row.getByText("You were mentioned");
}

test("drafts stay with their chat and kind, over a reload", async () => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  for (const text of ["First", "Second"]) {
    const zoe = await Customer.waiting(stage);
    await zoe.say(text);
  }
  const row = (text) => ada.rows("unassigned").filter({ hasText: text });
  await ada.openRow(row("First"));
  await ada.composer.fill("for the first");
  await ada.page.getByRole("tab", { name: "Internal note" }).click();
  assert.equal(await ada.composer.inputValue(), "", "a note does not begin with the reply");
  await ada.composer.fill("note on the first");
  await ada.openRow(row("Second"));
  await ada.sees("Second");
  assert.equal(await ada.composer.inputValue(), "", "nothing is carried to another chat");
  await ada.page.reload();
  await ada.openRow(row("First"));
  await ada.sees("First");
  await ada.page.getByRole("tab", { name: "Reply" }).click();
  assert.equal(await ada.composer.inputValue(), "for the first");
  await ada.page.getByRole("tab", { name: "Internal note" }).click();
  assert.equal(await ada.composer.inputValue(), "note on the first");
  stage.calm();
});
