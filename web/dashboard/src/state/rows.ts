// The active conversations of every scope of the member, kept by snapshots and changes from the server.
import { batch, computed, signal } from "@preact/signals";
import { systemClock } from "../../../shared/src/clock.ts";
import type { Entry, Row } from "../../../shared/src/protocol.gen.ts";
import { summary } from "../../../shared/src/thread.ts";
import { onEvent, tell } from "./connection.ts";
import { filter, narrowed, passes, sort } from "./filters.ts";
import { channelFilter, scope } from "./scopes.ts";
import { arranged, matches, sectionNames, split } from "./sections.ts";
import { me } from "./session.ts";

type Rows = ReadonlyMap<string, Row>;
type RowListener = (rows: readonly Row[]) => void;

const byScope = signal<ReadonlyMap<string, Rows>>(new Map());
/** Snapshots of which further parts follow. */
const arriving = new Map<string, Map<string, Row>>();
const listeners: RowListener[] = [];

export const search = signal("");
export const loaded = computed(() => byScope.value.has(scope.value?.id ?? ""));

const none: Rows = new Map();
const scopeRows = computed(() => byScope.value.get(scope.value?.id ?? "") ?? none);

/** Everything active in the scope shown. */
export const allSections = computed(() => split(scopeRows.value.values(), me.value?.id ?? ""));

/** What the list shows: one channel or all, narrowed by filters and search, in the order that was chosen. */
export const sections = computed(() => {
  const channel = channelFilter.value;
  const words = search.value;
  const wanted = filter.value;
  if (!channel && !words && !narrowed.value && sort.value === "usual") return allSections.value;
  const shown = { ...allSections.value };
  for (const name of sectionNames) {
    const rows = shown[name].filter(
      (row) => (!channel || row.channel === channel) && passes(row, wanted) && matches(row, words),
    );
    shown[name] = arranged(rows, sort.value);
  }
  return shown;
});

/** Open counts by channel, and under "" for all of them. */
export const counts = computed(() => {
  const found: Record<string, number> = { "": scopeRows.value.size };
  for (const row of scopeRows.value.values()) found[row.channel] = (found[row.channel] ?? 0) + 1;
  return found;
});

export function waitingIn(scopeId: string): number {
  let count = 0;
  for (const row of byScope.value.get(scopeId)?.values() ?? []) if (row.status === "queued") count++;
  return count;
}

export function activeRow(id: string): Row | null {
  for (const rows of byScope.value.values()) {
    const row = rows.get(id);
    if (row) return row;
  }
  return null;
}

/** Told of every row that arrives, ended ones too. */
export function onRows(listener: RowListener): void {
  listeners.push(listener);
}

/** What an entry means for its row; sessions that have the conversation open are told by the entry alone. */
export function advance(row: Row, entry: Entry): Row {
  if (entry.seq <= row.version) return row;
  if (entry.body.kind !== "message") return { ...row, version: entry.seq };
  const { text, attachments, cards, coming } = entry.body;
  const names = cards?.map(({ title }) => ({ name: title })) ?? attachments ?? coming;
  const preview = { by: entry.by.kind, text: summary(text, names) };
  return { ...row, version: entry.seq, last_at: entry.at, preview };
}

export function rowAdvanced(id: string, entry: Entry): void {
  for (const [scopeId, rows] of byScope.value) {
    const row = rows.get(id);
    if (row) put(scopeId, [advance(row, entry)]);
  }
}

/** Many messages a second must not sort a long list as often: rows that keep their section wait this long for company. */
const GATHERED_FOR = 200;
const SHORT = 200;

/** Rows that wait to be shown, by scope. */
const waiting = new Map<string, Row[]>();

function put(scopeId: string, changed: readonly Row[]): void {
  const rows = byScope.value.get(scopeId) ?? none;
  const own = waiting.get(scopeId);
  const moves = changed.some((row) => movesSection(rows.get(row.id), row));
  if (!moves && rows.size > SHORT) {
    if (own) own.push(...changed);
    else waiting.set(scopeId, [...changed]);
    if (waiting.size === 1 && !own) systemClock.after(GATHERED_FOR, showWaiting);
    return;
  }
  waiting.delete(scopeId);
  show(scopeId, [...(own ?? []), ...changed]);
}

function show(scopeId: string, changed: readonly Row[]): void {
  const rows = new Map(byScope.value.get(scopeId) ?? none);
  merge(rows, changed);
  byScope.value = new Map(byScope.value).set(scopeId, rows);
}

function showWaiting(): void {
  const all = [...waiting];
  waiting.clear();
  batch(() => {
    for (const [scopeId, changed] of all) show(scopeId, changed);
  });
}

function movesSection(before: Row | undefined, now: Row): boolean {
  return before?.status !== now.status || before?.assignee?.id !== now.assignee?.id;
}

function merge(rows: Map<string, Row>, changed: readonly Row[]): void {
  for (const row of changed) {
    if ((rows.get(row.id)?.version ?? 0) > row.version) continue;
    if (row.status === "ended") rows.delete(row.id);
    else rows.set(row.id, row);
  }
}

function forget(): void {
  waiting.clear();
  arriving.clear();
}

onEvent((event) => {
  if (event.type === "welcome") {
    forget();
    for (const each of event.scopes) tell({ type: "subscribe", scope: each.id });
  } else if (event.type === "snapshot") {
    const rows = arriving.get(event.scope) ?? new Map<string, Row>();
    merge(rows, event.rows);
    if (event.done) {
      arriving.delete(event.scope);
      byScope.value = new Map(byScope.value).set(event.scope, rows);
    } else {
      arriving.set(event.scope, rows);
    }
    for (const listener of listeners) listener(event.rows);
  } else if (event.type === "rows") {
    const part = arriving.get(event.scope);
    if (part) merge(part, event.rows);
    else put(event.scope, event.rows);
    for (const listener of listeners) listener(event.rows);
  } else if (event.type === "customer") {
    for (const [scopeId, rows] of byScope.value) {
      const row = rows.get(event.conversation);
      if (row) put(scopeId, [{ ...row, customer_online: event.online }]);
    }
  }
});
