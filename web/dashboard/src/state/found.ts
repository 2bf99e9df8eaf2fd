// The open chats in whose messages the searched words stand. The server knows, as a row has the last message alone.
import { signal } from "@preact/signals";
import { systemClock } from "../../../shared/src/clock.ts";
import { call } from "../api.ts";
import { scope } from "./scopes.ts";

const PAUSE = 250;
const LIMIT = 100;
/** One answer may stop early; more than so many are not asked for. */
const ANSWERS = 5;

export const found = signal<ReadonlySet<string>>(new Set());

let asked = 0;
let cancel = () => {};

/** Asks when the reader has stopped typing; rows that match by what the browser knows are shown before. */
export function searchOpen(words: string): void {
  cancel();
  asked++;
  found.value = new Set();
  if (words.trim()) cancel = systemClock.after(PAUSE, () => ask(words.trim()));
}

async function ask(words: string): Promise<void> {
  const home = scope.peek();
  const mine = ++asked;
  let cursor: string | null = null;
  for (let answers = 0; home && answers < ANSWERS; answers++) {
    const query = new URLSearchParams({ state: "active", q: words, limit: String(LIMIT) });
    if (cursor) query.set("cursor", cursor);
    const page: { items: { id: string }[]; next: string | null } | null = await call<{
      items: { id: string }[];
      next: string | null;
    }>("GET", `/scopes/${home.id}/conversations?${query}`).catch(() => null);
    if (!page || mine !== asked) return;
    found.value = new Set([...found.peek(), ...page.items.map(({ id }) => id)]);
    cursor = page.next;
    if (!cursor) return;
  }
}
