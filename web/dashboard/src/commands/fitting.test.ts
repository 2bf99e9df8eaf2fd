import { expect, it } from "vitest";
import { fitting } from "./fitting.ts";

const all = ["Go to Analytics", "Transfer to Ana", "Claim", "Chat with Joana Lima"].map((title) => ({
  title,
}));
const titles = (query: string) => fitting(all, query).map(({ title }) => title);

it("shows everything until something is typed", () => {
  expect(titles("  ")).toHaveLength(4);
});

it("wants every word, in any order and case", () => {
  expect(titles("ANA transfer")).toEqual(["Transfer to Ana"]);
  expect(titles("ana claim")).toEqual([]);
});

it("puts first what begins with it", () => {
  expect(titles("ana")).toEqual(["Go to Analytics", "Transfer to Ana", "Chat with Joana Lima"]);
});
