// Part, fetched by the loader where the channel has such rules: says something by itself to visitors who have not written yet.
// Each rule speaks once to a visitor.
import { type Clock, systemClock } from "../../../shared/src/clock.ts";
import type { Panel, Rule } from "../host.ts";
import type { Store } from "../storage.ts";

/** Waits for each rule's time on this page; `load` gives the panel. */
export function watch(
  rules: Rule[],
  store: Store,
  load: () => Promise<Pick<Panel, "nudge">>,
  clock: Clock = systemClock,
): void {
  const told = () => store.get("told").split(" ");
  for (const { id, text, url, after_seconds } of rules) {
    if (told().includes(id)) continue;
    clock.after(after_seconds * 1000, async () => {
      const elsewhere = !fits(location.href.replace(/#.*/, ""), url);
      if (elsewhere || told().includes(id) || store.get("chat") || store.getTab("open")) return;
      const panel = await load();
      // The newest ones are enough: a channel has few rules.
      store.set("told", [...told(), id].slice(-50).join(" ").trim());
      panel.nudge(text);
    });
  }
}

/** Does the address fit? `*` stands for any text; an empty pattern fits all. */
export function fits(address: string, pattern: string): boolean {
  if (!pattern) return true;
  const pieces = pattern.split("*");
  const first = pieces.shift() ?? "";
  const last = pieces.pop();
  if (last === undefined) return address === first;
  if (!address.startsWith(first)) return false;
  let at = first.length;
  for (const piece of pieces) {
    const found = address.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return address.length - last.length >= at && address.endsWith(last);
}
