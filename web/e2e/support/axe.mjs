// axe-core in a page.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core finds wrong, one line each. */
export async function axeFinds(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  return page.evaluate(async () => {
    // Halfway between two looks no colour is one that anybody chose.
    const roots = [document, document.querySelector("switchboard-chat")?.shadowRoot];
    const moving = roots.flatMap((root) => root?.getAnimations() ?? []);
    const ending = moving.filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map(({ finished }) => finished));
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
