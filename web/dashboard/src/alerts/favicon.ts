// The icon of the tab counts what waits to be seen: one drawn icon for each count, as the page may load nothing from memory.
import { effect } from "@preact/signals";
import { unreadCount } from "../state/seen.ts";

const drawn = import.meta.glob<string>("../icons/unread-*.svg", {
  query: "?url",
  import: "default",
  eager: true,
});

const MOST = 9;

/** Keeps the icon up to date. */
export function countInFavicon(): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const plain = link?.getAttribute("href");
  if (!link || !plain) return;
  effect(() => {
    const count = unreadCount.value;
    const name = count > MOST ? "more" : String(count);
    link.href = (count > 0 && drawn[`../icons/unread-${name}.svg`]) || plain;
  });
}
