// The entries of one conversation as one piece without holes, and what to show of them. Pure.
import { isLater, type Later, laterOf } from "./later.ts";
import type { ContactEntry, Entry } from "./protocol.gen.ts";

/** An entry as members see it, or as the customer does. */
export type AnyEntry = Entry | ContactEntry;

export interface Thread<E extends AnyEntry> {
  /** Ascending by `seq`, without gaps. */
  readonly entries: readonly E[];
  /** Older entries exist before the first one here. */
  readonly more: boolean;
}

export const noEntries: Thread<never> = { entries: [], more: false };

export function lastSeq(thread: Thread<AnyEntry>): number {
  return thread.entries[thread.entries.length - 1]?.seq ?? 0;
}

export function firstSeq(thread: Thread<AnyEntry>): number {
  return thread.entries[0]?.seq ?? 0;
}

/**
 * Adds one entry that just happened. One that is already there changes nothing; `null` means that entries before it
 * are missing and the conversation must be resumed after `lastSeq`.
 */
export function append<E extends AnyEntry>(thread: Thread<E>, entry: E): Thread<E> | null {
  const last = lastSeq(thread);
  if (last && entry.seq <= last) return thread;
  if (last ? entry.seq !== last + 1 : entry.seq !== 1) return null;
  return { ...thread, entries: [...thread.entries, entry] };
}

/** Adds what was missed; entries that are already there are left out. `null` as for `append`. */
export function resume<E extends AnyEntry>(thread: Thread<E>, entries: readonly E[]): Thread<E> | null {
  const fresh = entries.filter((entry) => entry.seq > lastSeq(thread));
  const first = fresh[0];
  if (!first) return thread;
  if (first.seq !== lastSeq(thread) + 1) return null;
  return { ...thread, entries: [...thread.entries, ...fresh] };
}

/** Adds older entries in front. */
export function prepend<E extends AnyEntry>(
  thread: Thread<E>,
  entries: readonly E[],
  more: boolean,
): Thread<E> {
  const older = entries.filter((entry) => entry.seq < firstSeq(thread));
  return { entries: [...older, ...thread.entries], more };
}

export type Item<E extends AnyEntry> =
  | { kind: "day"; key: string; at: number }
  /** Something somebody wrote. `continued`: the same author as just above, within five minutes. `later`: what was said of it since. */
  | { kind: "text"; key: string; entry: E; text: string; role: TextRole; continued: boolean; later?: Later }
  /** Something that happened. */
  | { kind: "event"; key: string; entry: E };

export type TextRole = "contact" | "bot" | "member" | "note" | "suppressed";

const CONTINUES_WITHIN = 5 * 60_000;

/** What to show, top to bottom. `dayOf` names the day of a time in the reader's time zone. */
export function items<E extends AnyEntry>(thread: Thread<E>, dayOf: (at: number) => string): Item<E>[] {
  const shown: Item<E>[] = [];
  let day = "";
  const told = laterOf(thread.entries);
  let above: { author: string; at: number } | null = null;
  for (const entry of thread.entries) {
    if (entry.body.kind === "hidden" || entry.body.kind === "opened" || isLater(entry)) continue;
    if (dayOf(entry.at) !== day) {
      day = dayOf(entry.at);
      shown.push({ kind: "day", key: `day-${day}-${entry.seq}`, at: entry.at });
      above = null;
    }
    const text = written(entry);
    if (!text) {
      shown.push({ kind: "event", key: `e${entry.seq}`, entry });
      above = null;
      continue;
    }
    const author = `${text.role} ${entry.by?.kind === "member" ? entry.by.name : ""}`;
    const continued = above?.author === author && entry.at - above.at < CONTINUES_WITHIN;
    const later = told.get(entry.seq);
    const now = later?.edits.at(-1) ?? text.text;
    shown.push({ kind: "text", key: `e${entry.seq}`, entry, ...text, text: now, continued, later });
    above = { author, at: entry.at };
  }
  return shown;
}

/** One line for lists: the text, else the names of the files. */
export function summary(text: string, attachments: readonly { name: string }[] = []): string {
  return text.trim() || !attachments.length ? text : attachments.map(({ name }) => name).join(", ");
}

function written(entry: AnyEntry): { text: string; role: TextRole } | null {
  const { body } = entry;
  if (body.kind === "message") return { text: body.text, role: messageRole(entry.by) };
  if (body.kind === "note" || body.kind === "suppressed") return { text: body.text, role: body.kind };
  return null;
}

function messageRole(by: AnyEntry["by"]): TextRole {
  if (by?.kind === "bot" || by?.kind === "member") return by.kind;
  return "contact";
}
