// An upload that a reload breaks off begins again by itself, and is done once.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Customer } from "./support/customer.mjs";
import { Stage } from "./support/stage.mjs";

test("an upload in progress survives a reload", async (t) => {
  const stage = await Stage.set();
  const ada = await stage.owner();
  const { page } = ada;
  const zoe = await Customer.waiting(stage);
  await ada.openRow(ada.rows("unassigned"));
  await ada.reply("Hello, this is Ada");
  const tray = page.locator(".tray");
  const send = page.locator(".comp .btn.primary");
  const choose = (...names) =>
    page
      .locator(".comp input[type=file]")
      .setInputFiles(
        names.map((name) => ({ name, mimeType: "text/plain", buffer: Buffer.from(`words of ${name}`) })),
      );
  /** While it is shut, uploads begin and get no further. */
  let gate = Promise.resolve();
  let open = () => {};
  let begun = 0;
  const shut = () => {
    begun = 0;
    gate = new Promise((resolve) => {
      open = resolve;
    });
  };
  await page.route("**/files", async (route) => {
    begun++;
    await gate;
    // Those of before a reload are over.
    await route.continue().catch(() => {});
  });
  const kept = () =>
    page.evaluate(async () => {
      const names = await new Promise((resolve) => {
        const request = indexedDB.open("switchboard", 1);
        request.onsuccess = () => {
          const all = request.result.transaction("files").objectStore("files").getAll();
          all.onsuccess = () => resolve(all.result.map(({ file }) => file.name));
        };
      });
      return names.sort();
    });

  await t.test("two files go up again after the reload, and are sent once", async () => {
    shut();
    await choose("one.txt", "two.txt");
    await tray.getByText("two.txt").waitFor();
    await page.waitForFunction(() =>
      Object.entries(localStorage).some(
        ([key, value]) => key.includes(".files.") && JSON.parse(value).waiting?.length === 2,
      ),
    );
    assert.equal(begun, 2);
    assert.deepEqual(await kept(), ["one.txt", "two.txt"]);
    await page.reload();
    await tray.getByText("one.txt").waitFor();
    await tray.getByText("two.txt").waitFor();
    assert.equal(await tray.locator("progress").count(), 2);
    assert.equal(await send.isDisabled(), true);
    open();
    await tray.locator("progress").first().waitFor({ state: "detached" });
    await tray.locator("progress").waitFor({ state: "detached" });
    await page.locator(".comp .btn.primary:enabled").click();
    await ada.log.getByRole("link", { name: /Download one.txt/ }).waitFor();
    await zoe.log.getByRole("button", { name: /Download two.txt/ }).waitFor();
    assert.equal(await ada.log.getByRole("link", { name: /Download one.txt/ }).count(), 1);
    assert.deepEqual(await kept(), []);
    await page.reload();
    await ada.composer.waitFor();
    assert.equal(await tray.count(), 0);
  });

  await t.test("what was taken back does not come again", async () => {
    shut();
    await choose("three.txt");
    await page.waitForFunction(() =>
      Object.entries(localStorage).some(
        ([key, value]) => key.includes(".files.") && JSON.parse(value).waiting?.length === 1,
      ),
    );
    await tray.getByRole("button", { name: "Remove three.txt" }).click();
    await tray.waitFor({ state: "detached" });
    // The browser deletes it behind the page; a reload in the same moment would break that off.
    for (const begun = Date.now(); (await kept()).length && Date.now() - begun < 15_000; );
    assert.deepEqual(await kept(), []);
    open();
    await page.reload();
    await ada.composer.waitFor();
    assert.equal(await tray.count(), 0);
    assert.deepEqual(await kept(), []);
  });

  await t.test("another tab leaves it to the one that sends it up", async () => {
    shut();
    await choose("four.txt");
    await page.waitForFunction(() =>
      Object.entries(localStorage).some(
        ([key, value]) => key.includes(".files.") && JSON.parse(value).waiting?.length === 1,
      ),
    );
    const second = await ada.profile.newPage();
    const looks = second.waitForResponse(/\/waiting-/);
    await second.goto(page.url());
    await looks;
    // Asked for behind the file's own: it has been answered by then.
    await second.evaluate(() => navigator.locks.request("another", () => {}));
    assert.equal(await second.locator("#write").count(), 1);
    assert.equal(await second.locator(".tray").count(), 0);
    await second.close();
    open();
    await tray.locator("progress").waitFor({ state: "detached" });
    await page.locator(".comp .btn.primary:enabled").click();
    await ada.log.getByRole("link", { name: /Download four.txt/ }).waitFor();
  });

  await t.test("without room for it a file still goes up", async () => {
    await page.addInitScript(() => {
      IDBObjectStore.prototype.put = function () {
        this.transaction.abort();
      };
    });
    await page.reload();
    await ada.composer.waitFor();
    await choose("five.txt");
    await page.locator(".comp .btn.primary:enabled").click();
    await ada.log.getByRole("link", { name: /Download five.txt/ }).waitFor();
  });

  stage.calm();
});
