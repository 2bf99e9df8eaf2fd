// The address bar. Paths: /, /chats/<conversation>, /settings/<page>, /canned, /login, /setup.
import { signal } from "@preact/signals";

export const path = signal(location.pathname);

export function go(to: string, options: { replace?: boolean } = {}): void {
  if (to === path.value) return;
  if (options.replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  path.value = to;
}

/** Follows a link without loading the page, unless the reader asks for a new tab. */
export function follow(event: MouseEvent): void {
  const link = (event.currentTarget as HTMLElement).closest("a");
  if (!link || event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(new URL(link.href).pathname);
}

window.addEventListener("popstate", () => {
  path.value = location.pathname;
});
