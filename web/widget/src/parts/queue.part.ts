// Part: the card with the place in the queue and the expected wait.
import { h, setText } from "../kit.ts";
import type { State } from "../state.ts";
import * as T from "../text.ts";
import type { Context } from "../view.ts";

export { use } from "../kit.ts";
export { default as css } from "./queue.css?inline";

/** How long it usually takes; milliseconds. */
function expected(wait: number): string {
  return wait < 30_000 ? T.soon : T.minutes(Math.round(wait / 60_000));
}

/** The card itself is silent; only a change of the place is announced. */
export function fillQueue(
  card: HTMLElement,
  { chat, now, announce }: Context,
  since: number,
): (state: State) => void {
  const place = h("b");
  const wait = h("p");
  const line = h("i");
  const bar = h("div.prog", {}, line);
  const keep = h("p");
  const leaveNote = h("button.bt", { onclick: () => chat.setForm(true) }, T.emailInstead);
  const leave = h("button.bt", { onclick: () => chat.setSheet(true) }, T.leaveQueue);
  card.append(h("div.q", {}, place, wait), bar, keep, leaveNote, leave);

  return ({ status }) => {
    if (status.status !== "waiting") return;
    const { position, estimate_ms: left, agents_online } = status;
    const ordinal = T.place(position);
    setText(place, ordinal);
    announce(T.inLineSpoken(ordinal));
    setText(wait, left === null ? T.inLine : `${T.inLine}\n${expected(left)}`);
    bar.hidden = left === null;
    const waited = Math.max(1, now() - since);
    line.style.width = `${(100 * waited) / (waited + (left ?? 0))}%`;
    const until = status.next_opening;
    if (until) setText(keep, `${T.backAt(until, now())} ${T.keepsPlace}`);
    else setText(keep, agents_online ? T.keepWriting : T.nobody);
    leaveNote.hidden = status.open && agents_online > 0;
  };
}
