// The canned replies of each scope that this member can use.
import { signal } from "@preact/signals";
import { call } from "../api.ts";

export interface CannedReply {
  id: string;
  shortcut: string;
  title: string;
  text: string;
  /** Only this member sees it. */
  personal: boolean;
}

const known = signal<Readonly<Record<string, readonly CannedReply[]>>>({});

export function cannedOf(scopeId: string): readonly CannedReply[] {
  return known.value[scopeId] ?? [];
}

/** Reads them all again; what was known stays in use meanwhile. */
export async function loadCanned(scopeId: string): Promise<void> {
  const all: CannedReply[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor ? `&cursor=${cursor}` : "";
    const part: { items: CannedReply[]; next: string | null } = await call(
      "GET",
      `/scopes/${scopeId}/canned_replies?limit=200${query}`,
    );
    all.push(...part.items);
    cursor = part.next;
  } while (cursor);
  known.value = { ...known.value, [scopeId]: all };
}
