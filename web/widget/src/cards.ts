// The two cards of the log: the place in the queue, and the end of the chat with its rating.
import { attribute, h, setText } from "./kit.ts";
import { ratingForm } from "./stars.ts";
import { isPending, mayRate, type State } from "./state.ts";
import * as T from "./text.ts";
import type { Context, View } from "./view.ts";

/** Place and expected wait. Silent: the panel announces the place when it changes. */
export function queueCard({ chat, now }: Context, since: number): View {
  const place = h("b");
  const wait = h("p");
  const line = h("i");
  const bar = h("div.prog", {}, line);
  const keep = h("p");
  const leave = h("button.bt", { onclick: () => chat.setSheet(true) }, T.leaveQueue);
  const element = h("li.cd", { "aria-live": "off" }, h("div.q", {}, place, wait), bar, keep, leave);

  function update({ status }: State): void {
    if (status.status !== "waiting") return;
    const { position, estimate_ms: left, agents_online } = status;
    setText(place, T.place(position));
    setText(wait, left === null ? T.inLine : `${T.inLine}\n${T.wait(left)}`);
    bar.hidden = left === null;
    const waited = Math.max(1, now() - since);
    line.style.width = `${(100 * waited) / (waited + (left ?? 0))}%`;
    setText(keep, agents_online ? T.keepWriting : T.nobody);
  }

  return { element, update };
}

/** After the end: stars, comment, Skip; and always "New chat". */
export function closingCard({ chat }: Context): View {
  const element = h("li.cd", { "aria-live": "off" });
  const fresh = h("button", { onclick: () => chat.newChat() }, T.newChat);
  let shown = "";

  function form(): HTMLElement[] {
    const { stars, comment, values } = ratingForm(() => {
      more.hidden = false;
      fresh.className = "bt";
      element.scrollIntoView({ block: "nearest" });
    });
    const send = h("button.bt p", { onclick: () => finish(() => chat.rate(...values())) }, T.sendRating);
    const more = h("div.more", { hidden: true }, comment, send);
    const skip = h("button.bt", { onclick: () => finish(() => chat.closeRating()) }, T.skip);
    return [h("h3", {}, T.howWasIt), stars, more, h("div.two", {}, skip, fresh)];
  }

  /** The pressed button goes away: focus goes on to what is left. */
  function finish(action: () => void): void {
    action();
    fresh.focus();
  }

  function update(state: State): void {
    const next = mayRate(state) ? "form" : isPending(state, "feedback") ? "thanks" : "bare";
    if (next === shown || (shown === "thanks" && next === "bare")) return;
    shown = next;
    fresh.className = "bt p";
    attribute(element, "data-state", next);
    if (next === "form") element.replaceChildren(...form());
    else element.replaceChildren(h("p", { role: "status" }, next === "thanks" && T.thanks), fresh);
  }

  return { element, update };
}
