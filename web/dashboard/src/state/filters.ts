// What the lists are narrowed to and how they are sorted, besides channel and search.
import { computed, signal } from "@preact/signals";
import type { Row } from "../../../shared/src/protocol.gen.ts";

export interface Filter {
  /** A member's id. */
  assignee: string | null;
  tag: string | null;
  /** 1 to 5; chats that have not ended have none. */
  rating: number | null;
}

/** `usual`: the longest wait first in Unassigned, the newest first elsewhere. */
export type Sort = "usual" | "newest" | "oldest";

export const everything: Filter = { assignee: null, tag: null, rating: null };

export const filter = signal<Filter>(everything);
export const sort = signal<Sort>("usual");

/** How many filters are set. */
export const narrowed = computed(() => Object.values(filter.value).filter((value) => value !== null).length);

export function narrow(changes: Partial<Filter>): void {
  filter.value = { ...filter.value, ...changes };
}

/** Another scope has other members and tags. */
export function widen(): void {
  filter.value = everything;
}

/** Does a row pass? Whose an ended chat was, only the server knows. */
export function passes(row: Row, wanted: Filter): boolean {
  return (
    (wanted.assignee === null || row.status === "ended" || row.assignee?.id === wanted.assignee) &&
    (wanted.tag === null || row.tags.includes(wanted.tag)) &&
    (wanted.rating === null || row.rating === wanted.rating)
  );
}
