import { expect, test } from "vitest";
import type { Row } from "../../../shared/src/protocol.gen.ts";
import { alertFor, forEver, isWanted, tomorrowAtEight, usual } from "./decide.ts";

const me = "m_1";
const row = (more: Partial<Row>): Row => ({
  id: "c_1",
  version: 1,
  status: "bot",
  channel: "ch_1",
  contact: { id: "ct_1", name: "Zoe", verified: false },
  assignee: null,
  first_text: "",
  preview: null,
  tags: [],
  opened_at: 0,
  last_at: 0,
  waiting_since: null,
  episode: 1,
  ended_at: null,
  end_reason: null,
  rating: null,
  customer_online: true,
  ...more,
});
const own = { status: "assigned", assignee: { id: me, name: "Ada" } } as const;
const words = { by: "contact", text: "Hello" } as const;

test("somebody who begins to wait is told once", () => {
  const waiting = row({ version: 5, status: "queued" });
  expect(alertFor(row({ version: 4 }), waiting, me)).toBe("unassigned");
  expect(alertFor(undefined, waiting, me)).toBe("unassigned");
  expect(alertFor(waiting, row({ version: 6, status: "queued", preview: words, last_at: 9 }), me)).toBeNull();
  expect(alertFor(waiting, { ...waiting, customer_online: false }, me)).toBeNull();
  expect(alertFor(row({ version: 6, ...own }), row({ version: 7, status: "queued" }), me)).toBe("unassigned");
});

test("own chats tell of the customer's words and of being given", () => {
  const mine = row({ version: 5, last_at: 5, ...own });
  expect(alertFor(mine, row({ version: 6, last_at: 6, preview: words, ...own }), me)).toBe("mine");
  const answered = { by: "member", text: "Hi" } as const;
  expect(alertFor(mine, row({ version: 6, last_at: 6, preview: answered, ...own }), me)).toBeNull();
  const theirs = row({ version: 5, status: "assigned", assignee: { id: "m_2", name: "Ben" } });
  expect(alertFor(theirs, row({ version: 6, ...own }), me)).toBe("given");
  expect(alertFor(mine, row({ version: 6, status: "ended" }), me)).toBeNull();
  expect(alertFor(undefined, row({ ...theirs, version: 9, preview: words }), me)).toBeNull();
});

test("settings and do not disturb are obeyed", () => {
  expect(isWanted("unassigned", usual, 10)).toBe(true);
  expect(isWanted("unassigned", { ...usual, unassigned: false }, 10)).toBe(false);
  expect(isWanted("given", { ...usual, mine: false }, 10)).toBe(false);
  expect(isWanted("mention", { ...usual, mine: false }, 10)).toBe(true);
  expect(isWanted("mention", { ...usual, mention: false }, 10)).toBe(false);
  expect(isWanted("mine", { ...usual, quietUntil: 11 }, 10)).toBe(false);
  expect(isWanted("mine", { ...usual, quietUntil: 10 }, 10)).toBe(true);
  expect(isWanted("mine", { ...usual, quietUntil: forEver }, Date.now())).toBe(false);
  const eight = new Date(tomorrowAtEight(new Date(2026, 10, 30, 23, 30).getTime()));
  expect([eight.getMonth(), eight.getDate(), eight.getHours()]).toEqual([11, 1, 8]);
});
