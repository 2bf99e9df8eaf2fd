// How far the reader has read each conversation, in this browser: what makes a row unread.
import { computed, signal } from "@preact/signals";
import type { Row } from "../../../shared/src/protocol.gen.ts";
import { allSections } from "./rows.ts";
import { sectionOf } from "./sections.ts";
import { me } from "./session.ts";
import { readJson, write } from "./storage.ts";

/** Older marks are dropped; those conversations ended long ago or have moved on. */
const KEPT = 2_000;

type Seen = Record<string, number>;

const key = computed(() => `seen.${me.value?.id}`);
const changed = signal(0);
const seen = computed<Seen>(() => {
  changed.value;
  return readJson<Seen>(key.value, {});
});

export function markSeen(conversation: string, seq: number): void {
  if ((seen.value[conversation] ?? 0) >= seq) return;
  const { [conversation]: _, ...others } = seen.value;
  const kept = Object.entries(others).slice(-KEPT);
  write(key.value, JSON.stringify({ ...Object.fromEntries(kept), [conversation]: seq }));
  changed.value++;
}

/** How far any tab of this browser has seen it, at this moment. */
export function seenUpTo(conversation: string): number {
  return readJson<Seen>(key.peek(), {})[conversation] ?? 0;
}

/** Something came that the reader has not seen: in Unassigned anything, in an own chat words of the customer. */
export function isUnread(row: Row): boolean {
  const section = sectionOf(row, me.value?.id ?? "");
  const concerns = section === "unassigned" || (section === "mine" && row.preview?.by === "contact");
  return concerns && row.version > (seen.value[row.id] ?? 0);
}

/**
 * How many entries of an unread chat came after what the reader has seen: as good as always messages of the customer.
 * 0 when it is not unread, `null` when it was never opened in this browser.
 */
export function unreadEntries(row: Row): number | null {
  if (!isUnread(row)) return 0;
  const upTo = seen.value[row.id];
  return upTo === undefined ? null : row.version - upTo;
}

/** Unread chats that concern the reader: Unassigned and own ones. */
export const unreadCount = computed(
  () => [...allSections.value.unassigned, ...allSections.value.mine].filter(isUnread).length,
);
