import { expect, test } from "vitest";
import type { ContactEntry } from "./protocol.gen.ts";
import { append, items, lastSeq, noEntries, prepend, resume, summary } from "./thread.ts";

const minute = 60_000;

function message(seq: number, kind: "contact" | "bot", at = seq * minute): ContactEntry {
  return { seq, at, by: { kind }, body: { kind: "message", text: `text ${seq}` } };
}

const three = { entries: [message(4, "contact"), message(5, "bot"), message(6, "bot")], more: true };

test("a message without words is summed up by the names of its files", () => {
  const files = [{ name: "a.png" }, { name: "b.pdf" }];
  expect([summary("Hi", files), summary(" ", files), summary("")]).toEqual(["Hi", "a.png, b.pdf", ""]);
});

test("an entry already there changes nothing", () => {
  expect(append(three, message(5, "bot"))).toBe(three);
});

test("the next entry is added, a later one is a gap", () => {
  expect(lastSeq(append(three, message(7, "bot")) ?? noEntries)).toBe(7);
  expect(append(three, message(8, "bot"))).toBeNull();
  expect(append(noEntries, message(2, "bot"))).toBeNull();
  expect(lastSeq(append(noEntries, message(1, "bot")) ?? noEntries)).toBe(1);
});

test("resuming takes what is new and refuses a hole", () => {
  const resumed = resume(three, [message(6, "bot"), message(7, "contact"), message(8, "contact")]);
  expect(resumed?.entries.map((entry) => entry.seq)).toEqual([4, 5, 6, 7, 8]);
  expect(resume(three, [])).toBe(three);
  expect(resume(three, [message(9, "bot")])).toBeNull();
});

test("older entries go in front, once", () => {
  const longer = prepend(three, [message(2, "bot"), message(3, "bot"), message(4, "contact")], false);
  expect(longer.entries.map((entry) => entry.seq)).toEqual([2, 3, 4, 5, 6]);
  expect(longer.more).toBe(false);
});

test("hidden entries show nothing, days are headed, runs of one author are joined", () => {
  const thread = {
    more: false,
    entries: [
      message(1, "contact"),
      message(2, "contact"),
      { seq: 3, at: 3 * minute, body: { kind: "hidden" as const } },
      message(4, "contact", 4 * minute),
      message(5, "contact", 60 * minute),
      {
        seq: 6,
        at: 61 * minute,
        by: { kind: "contact" as const },
        body: { kind: "ended" as const, reason: "customer" as const },
      },
      message(7, "contact", 62 * minute),
    ],
  };
  const shown = items(thread, (at) => (at < 50 * minute ? "first" : "second"));
  expect(
    shown.map((item) => (item.kind === "text" ? `${item.entry.seq}${item.continued ? "+" : ""}` : item.kind)),
  ).toEqual(["day", "1", "2+", "4+", "day", "5", "event", "7"]);
});
