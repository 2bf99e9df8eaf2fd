import { expect, test } from "vitest";
import { laterOf } from "./later.ts";
import type { Entry } from "./protocol.gen.ts";
import { items } from "./thread.ts";

const by = { kind: "contact" as const };
const coming = [{ id: "cf_1", name: "bill.pdf" }];
const file = { id: "f_1", name: "bill.pdf", type: "application/pdf" as const, size: 7 };

const bodies: Entry["body"][] = [
  { kind: "message", text: "helo", coming },
  { kind: "message", text: "second" },
  { kind: "file", of: 1, id: "cf_1", news: { state: "failed", reason: "unreachable" } },
  { kind: "edited", of: 1, text: "hello" },
  { kind: "reacted", of: 2, emojis: ["👍"] },
  { kind: "file", of: 1, id: "cf_1", news: { state: "here", file } },
  { kind: "edited", of: 1, text: "hello!" },
  { kind: "reacted", of: 2, emojis: [] },
  { kind: "deleted", of: 2 },
];
const entries: Entry[] = bodies.map((body, index) => ({ seq: index + 1, at: 0, by, body }));

test("the last word on a file, a text and reactions counts", () => {
  const later = laterOf(entries);
  expect(later.get(1)).toEqual({
    files: { cf_1: { state: "here", file } },
    edits: ["hello", "hello!"],
    emojis: [],
    deleted: false,
  });
  expect(later.get(2)).toMatchObject({ emojis: [], deleted: true });
  expect(later.get(3)).toBeUndefined();
});

test("what is said of a message is shown there and nowhere else", () => {
  const shown = items({ entries, more: false }, () => "day");
  expect(shown.map((item) => item.key)).toEqual(["day-day-1", "e1", "e2"]);
  expect(shown[1]).toMatchObject({ text: "hello!", later: { edits: ["hello", "hello!"] } });
});
