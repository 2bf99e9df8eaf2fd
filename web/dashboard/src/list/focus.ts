// The list is one stop of the Tab key; arrows move inside it.

export function moveFocus(event: KeyboardEvent, box: HTMLElement): void {
  const stops = [...box.querySelectorAll<HTMLElement>(".sech, .row")];
  const at = stops.indexOf(document.activeElement as HTMLElement);
  if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: stops.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  stops[Math.min(Math.max(to, 0), stops.length - 1)]?.focus();
}

/** Puts the focus on the row that follows the place where `id` is or was, or on the search when there is no other. */
export function focusNextRow(id: string, order: readonly string[]): void {
  const next = order[order.indexOf(id) + 1] ?? order[order.indexOf(id) - 1];
  const target = next && document.querySelector<HTMLElement>(`.row[data-id="${CSS.escape(next)}"]`);
  (target || document.getElementById("search"))?.focus();
}
