// Part: the card with the place in the queue and the expected wait.
import { h, setText } from "../kit.ts";
import type { State } from "../state.ts";
import * as T from "../text.ts";
import type { Context } from "../view.ts";

export { use } from "../kit.ts";
export { default as css } from "./queue.css?inline";

/** Silent: the panel announces the place when it changes. */
export function fillQueue(card: HTMLElement, { chat, now }: Context, since: number): (state: State) => void {
  const place = h("b");
  const wait = h("p");
  const line = h("i");
  const bar = h("div.prog", {}, line);
  const keep = h("p");
  const leave = h("button.bt", { onclick: () => chat.setSheet(true) }, T.leaveQueue);
  card.append(h("div.q", {}, place, wait), bar, keep, leave);

  return ({ status }) => {
    if (status.status !== "waiting") return;
    const { position, estimate_ms: left, agents_online } = status;
    setText(place, T.place(position));
    setText(wait, left === null ? T.inLine : `${T.inLine}\n${T.wait(left)}`);
    bar.hidden = left === null;
    const waited = Math.max(1, now() - since);
    line.style.width = `${(100 * waited) / (waited + (left ?? 0))}%`;
    setText(keep, agents_online ? T.keepWriting : T.nobody);
  };
}
