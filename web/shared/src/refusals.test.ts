// Every code that the server answers with has words in both pages; the tests of the languages see to the other seven.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { refusals as customers } from "../../widget/src/text.ts";
import { refusals } from "./text/refusals.ts";
import { failure } from "./text.ts";

const types = readFileSync(`${import.meta.dirname}/protocol.gen.ts`, "utf8");
const union = /^export type ErrorCode = (.*);$/m.exec(types)?.[1] ?? "";
const codes = [...union.matchAll(/"(\w+)"/g)].map(([, code]) => code).sort();

it("says why, whatever the server's code", () => {
  expect(codes.length).toBeGreaterThan(20);
  const { connection, other, ...busy } = failure;
  expect(Object.keys({ ...busy, ...refusals }).sort()).toEqual(codes);
  expect(Object.keys(customers).sort()).toEqual(codes);
  for (const words of [connection, other, ...Object.values({ ...busy, ...refusals, ...customers })])
    expect(words).toMatch(/\w\.$/);
});
