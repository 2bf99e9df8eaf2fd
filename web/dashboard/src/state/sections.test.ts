import { expect, test } from "vitest";
import type { Row } from "../../../shared/src/protocol.gen.ts";
import { matches, sectionOf, split } from "./sections.ts";

function row(id: string, changes: Partial<Row>): Row {
  return {
    id,
    version: 1,
    status: "queued",
    channel: "ch_1",
    contact: { id: `ct_${id}`, name: `Visitor ${id}`, verified: false },
    assignee: null,
    first_text: "",
    preview: null,
    opened_at: 0,
    last_at: 0,
    waiting_since: null,
    episode: 1,
    ended_at: null,
    end_reason: null,
    rating: null,
    tags: [],
    customer_online: false,
    ...changes,
  };
}

const sam = { id: "m_sam", name: "Sam" };
const mara = { id: "m_mara", name: "Mara" };

test("each status has its section, and an ended chat none", () => {
  expect(sectionOf(row("1", { status: "queued" }), sam.id)).toBe("unassigned");
  expect(sectionOf(row("1", { status: "assigned", assignee: sam }), sam.id)).toBe("mine");
  expect(sectionOf(row("1", { status: "assigned", assignee: mara }), sam.id)).toBe("assigned");
  expect(sectionOf(row("1", { status: "bot" }), sam.id)).toBe("ai");
  expect(sectionOf(row("1", { status: "ended" }), sam.id)).toBeNull();
});

test("Unassigned stands by longest wait, the others by newest activity", () => {
  const sections = split(
    [
      row("a", { waiting_since: 300, last_at: 900 }),
      row("b", { waiting_since: 100, last_at: 100 }),
      row("c", { status: "assigned", assignee: sam, last_at: 10 }),
      row("d", { status: "assigned", assignee: sam, last_at: 20 }),
    ],
    sam.id,
  );
  expect(sections.unassigned.map((each) => each.id)).toEqual(["b", "a"]);
  expect(sections.mine.map((each) => each.id)).toEqual(["d", "c"]);
});

test("the search looks at names and texts, whatever the case", () => {
  const found = row("1", { first_text: "Where is my POT?", assignee: mara });
  expect(matches(found, " pot ")).toBe(true);
  expect(matches(found, "mara")).toBe(true);
  expect(matches(found, "bench")).toBe(false);
});
