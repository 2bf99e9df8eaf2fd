// The parts share one shadow root: a class that two of them style by itself would spoil one of them.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

test("no class is styled by two parts", () => {
  const owners = new Map<string, string>();
  const shared: string[] = [];
  for (const file of readdirSync(import.meta.dirname).filter((name) => name.endsWith(".css"))) {
    const css = readFileSync(`${import.meta.dirname}/${file}`, "utf8").replace(/\/\*.*?\*\//gs, "");
    for (const [, selectors = ""] of css.matchAll(/(?:^|[};])\s*([^{};@]+)\{/g)) {
      for (const selector of selectors.split(",").map((text) => text.trim())) {
        if (!/^\.[\w-]+$/.test(selector)) continue;
        const owner = owners.get(selector) ?? file;
        if (owner !== file) shared.push(`${selector}: ${owner}, ${file}`);
        owners.set(selector, owner);
      }
    }
  }
  expect(owners.size).toBeGreaterThan(10);
  expect(shared).toEqual([]);
});
