// Which rows stand in which section, and in which order. Pure.
import type { Row } from "../../../shared/src/protocol.gen.ts";
import type { Sort } from "./filters.ts";

export type SectionName = "unassigned" | "mine" | "assigned" | "ai";
export type Sections = Record<SectionName, Row[]>;

export const sectionNames: readonly SectionName[] = ["unassigned", "mine", "assigned", "ai"];

export function sectionOf(row: Row, me: string): SectionName | null {
  if (row.status === "queued") return "unassigned";
  if (row.status === "assigned") return row.assignee?.id === me ? "mine" : "assigned";
  return row.status === "bot" ? "ai" : null;
}

/** Unassigned by longest wait, the others by newest activity. */
export function split(rows: Iterable<Row>, me: string): Sections {
  const sections: Sections = { unassigned: [], mine: [], assigned: [], ai: [] };
  for (const row of rows) {
    const section = sectionOf(row, me);
    if (section) sections[section].push(row);
  }
  const waitedSince = (row: Row) => row.waiting_since ?? row.opened_at;
  sections.unassigned.sort((a, b) => waitedSince(a) - waitedSince(b) || compare(a.id, b.id));
  for (const name of ["mine", "assigned", "ai"] as const) {
    sections[name].sort((a, b) => b.last_at - a.last_at || compare(a.id, b.id));
  }
  return sections;
}

/** The rows as they stand, or by their newest activity. */
export function arranged(rows: Row[], order: Sort): Row[] {
  if (order === "usual") return rows;
  const sign = order === "newest" ? -1 : 1;
  return [...rows].sort((a, b) => sign * (a.last_at - b.last_at) || compare(a.id, b.id));
}

export function matches(row: Row, words: string): boolean {
  const wanted = words.trim().toLowerCase();
  if (!wanted) return true;
  return [...row.tags, row.contact.name, row.preview?.text, row.first_text, row.assignee?.name].some((text) =>
    text?.toLowerCase().includes(wanted),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
