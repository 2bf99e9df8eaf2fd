// The terminated conversations of the scope, newest first, read page by page.
import { computed, signal } from "@preact/signals";
import { systemClock } from "../../../shared/src/clock.ts";
import type { Row } from "../../../shared/src/protocol.gen.ts";
import { call, explain } from "../api.ts";
import { filter, passes, sort } from "./filters.ts";
import { onRows, search } from "./rows.ts";
import { channelFilter, scope, scopeOf } from "./scopes.ts";

export const view = signal<"active" | "terminated">("active");

interface Page {
  rows: readonly Row[];
  next: string | null;
}

const SEARCH_PAUSE = 250;

const page = signal<Page | null>(null);
export const endedProblem = signal("");
export const endedRows = computed(() => page.value?.rows ?? null);
export const moreEnded = computed(() => Boolean(page.value?.next));

let asked = 0;
let cancelSearch = () => {};

/** Reads the first page for the scope, channel and search of now. */
export function loadEnded(): void {
  cancelSearch();
  page.value = null;
  fetchPage(null);
}

export function loadMoreEnded(): void {
  if (page.value?.next) fetchPage(page.value.next);
}

/** Reads again when the reader has stopped typing. */
export function searchEnded(): void {
  cancelSearch();
  cancelSearch = systemClock.after(SEARCH_PAUSE, () => fetchPage(null));
}

async function fetchPage(cursor: string | null): Promise<void> {
  const home = scope.peek();
  if (!home) return;
  const mine = ++asked;
  const query = new URLSearchParams({ state: "ended" });
  if (channelFilter.peek()) query.set("channel", channelFilter.peek() ?? "");
  if (search.peek().trim()) query.set("q", search.peek().trim());
  for (const [name, value] of Object.entries(filter.peek()))
    if (value !== null) query.set(name, String(value));
  if (sort.peek() === "oldest") query.set("sort", "oldest");
  if (cursor) query.set("cursor", cursor);
  try {
    const answer = await call<{ items: Row[]; next: string | null }>(
      "GET",
      `/scopes/${home.id}/conversations?${query}`,
    );
    if (mine !== asked) return;
    endedProblem.value = "";
    page.value = { rows: [...(cursor ? (page.value?.rows ?? []) : []), ...answer.items], next: answer.next };
  } catch (error) {
    if (mine === asked) endedProblem.value = explain(error);
  }
}

onRows((rows) => {
  const have = page.peek();
  if (!have) return;
  const here = rows.filter((row) => scopeOf(row)?.id === scope.peek()?.id);
  if (!here.length) return;
  const others = have.rows.filter((row) => !here.some((changed) => changed.id === row.id));
  // Whether an ended chat was found by its words, or whose it was, only the server knows.
  const simple = !search.peek() && filter.peek().assignee === null;
  const ended = here.filter((row) => row.status === "ended" && simple && passes(row, filter.peek()));
  const known = here.filter((row) => row.status === "ended" && have.rows.some((old) => old.id === row.id));
  const added = [...new Set([...ended, ...known])];
  if (added.length || others.length !== have.rows.length) {
    const sign = sort.peek() === "oldest" ? -1 : 1;
    const rowsNow = [...others, ...added].sort((a, b) => sign * ((b.ended_at ?? 0) - (a.ended_at ?? 0)));
    page.value = { ...have, rows: rowsNow };
  }
});
