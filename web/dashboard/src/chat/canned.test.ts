import { expect, test } from "vitest";
import type { CannedReply } from "../state/canned.ts";
import { filled, matching, nextBlank, slashQuery } from "./canned.ts";

const reply = (shortcut: string, title: string): CannedReply => ({
  id: shortcut,
  shortcut,
  title,
  text: "",
  personal: false,
});

test("a slash asks for replies only while nothing else is written", () => {
  expect(slashQuery("/")).toBe("");
  expect(slashQuery("/re")).toBe("re");
  expect(slashQuery("/re fund")).toBeNull();
  expect(slashQuery("see /re")).toBeNull();
  expect(slashQuery("")).toBeNull();
});

test("shortcuts that begin with the words come first, titles are searched too", () => {
  const all = [
    reply("address", "Return address"),
    reply("more", "Replacement"),
    reply("re-ship", "Shipping"),
  ];
  expect(matching(all, "RE").map((found) => found.shortcut)).toEqual(["re-ship", "address", "more"]);
  expect(matching(all, "").length).toBe(3);
  expect(matching(all, "zzz")).toEqual([]);
});

test("known placeholders are filled, and the first other one is found", () => {
  const text = filled("Hi {customer}, {amount} comes. {agent} {constructor}", {
    customer: "Zoë",
    agent: "Sam",
  });
  expect(text).toBe("Hi Zoë, {amount} comes. Sam {constructor}");
  expect(nextBlank(text)).toEqual([8, 16]);
  expect(nextBlank("done")).toEqual([4, 4]);
});
