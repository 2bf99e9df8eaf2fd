// axe-core finds nothing in any state, in light and dark, on wide, narrow and phone screens.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { Stage } from "./support/stage.mjs";
import { everyState, inEveryLook } from "./support/states.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

test("no violations in any state", async (t) => {
  const stage = await Stage.set();
  let runs = 0;
  await everyState(stage, (name, page) =>
    t.test(name, () =>
      inEveryLook(page, async (look) => {
        runs++;
        assert.deepEqual(await violations(page), [], look);
      }),
    ),
  );
  t.diagnostic(`${runs} runs of axe-core`);
  stage.calm();
});

async function violations(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  return page.evaluate(async () => {
    // In the shop only the widget is ours to judge.
    const where = document.querySelector("switchboard-chat") ? { include: ["switchboard-chat"] } : document;
    const { violations } = await window.axe.run(where, {
      resultTypes: ["violations"],
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.flat(2).join(" ")).join(", ")}`,
    );
  });
}
