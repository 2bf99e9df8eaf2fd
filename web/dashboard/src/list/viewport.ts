// Which rows are in sight. Rows have one height, so it follows from the scroll position alone.
import { signal } from "@preact/signals";

export const HEAD_HEIGHT = 32;
const PHONE = "(max-width: 720px)";
/** Shorter sections are drawn whole. */
const WHOLE_UP_TO = 60;
const SPARE = 8;

export const viewport = signal({ top: 0, height: 800 });

const phone = typeof matchMedia === "function" ? matchMedia(PHONE) : null;

export function rowHeight(): number {
  return phone?.matches ? 64 : 56;
}

/** The rows [from, to) of a section of `count` rows that starts `offset` pixels down the list. */
export function slice(
  count: number,
  offset: number,
  seen: { top: number; height: number },
  height: number,
): { from: number; to: number } {
  if (count <= WHOLE_UP_TO) return { from: 0, to: count };
  const first = Math.floor((seen.top - offset) / height) - SPARE;
  const last = Math.ceil((seen.top + seen.height - offset) / height) + SPARE;
  const from = Math.min(Math.max(first, 0), count);
  return { from, to: Math.min(Math.max(last, from), count) };
}
