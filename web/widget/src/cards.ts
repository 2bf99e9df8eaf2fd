// The two cards of the log: the place in the queue, and the end of the chat with its rating.
import { attribute, h, setText } from "./kit.ts";
import { commentField, stars } from "./stars.ts";
import { isPending, mayRate, type State } from "./state.ts";
import * as T from "./text.ts";
import type { Context, View } from "./view.ts";

/** Place and expected wait. Silent: the panel announces the place when it changes. */
export function queueCard(context: Context, since: number): View {
  const { chat } = context;
  const place = h("b");
  const wait = h("p");
  const line = h("i");
  const bar = h("div", { className: "prog", "aria-hidden": "true" }, line);
  const keep = h("p");
  const leave = h("button", { className: "bt", onclick: () => chat.setSheet(true) }, T.leaveQueue);
  const element = h(
    "li",
    { className: "cd", "aria-live": "off" },
    h("div", { className: "q" }, place, wait),
    bar,
    keep,
    leave,
  );

  function update({ status }: State): void {
    if (status.status !== "waiting") return;
    const { now } = context;
    const { position, estimate_ms: estimate } = status;
    setText(place, T.place(position));
    setText(wait, [T.inLine, estimate === null ? "" : T.wait(estimate)].filter(Boolean).join("\n"));
    bar.hidden = estimate === null;
    const waited = Math.max(0, now() - since);
    line.style.width = `${Math.round((100 * waited) / Math.max(1, waited + (estimate ?? 0)))}%`;
    setText(keep, `${status.agents_online ? "" : `${T.nobody} `}${T.keepWriting}`);
  }

  return { element, update };
}

/** After the end: stars, comment, Skip; and always "New chat". */
export function closingCard(context: Context): View {
  const { chat } = context;
  const element = h("li", { className: "cd", "aria-live": "off" });
  const fresh = h("button", { className: "bt p", onclick: () => chat.newChat() }, T.newChat);
  let shown = "";

  function form(): HTMLElement[] {
    const comment = commentField();
    const send = h(
      "button",
      { className: "bt p", onclick: () => finish(() => chat.rate(rating.value(), comment.value())) },
      T.sendRating,
    );
    const more = h("div", { className: "more", hidden: true }, comment.element, send);
    const rating = stars(() => {
      more.hidden = false;
      fresh.classList.remove("p");
    });
    const skip = h("button", { className: "bt", onclick: () => finish(() => chat.closeRating()) }, T.skip);
    fresh.classList.add("p");
    return [h("h3", {}, T.howWasIt), rating.element, more, h("div", { className: "two" }, skip, fresh)];
  }

  /** The pressed button goes away: focus goes on to what is left. */
  function finish(action: () => void): void {
    action();
    fresh.focus();
  }

  function update(state: State): void {
    const next = mayRate(state) ? "form" : given(state) ? "thanks" : "plain";
    if (next === shown || (shown === "thanks" && next === "plain")) return;
    shown = next;
    if (next !== "form") fresh.classList.add("p");
    const thanks = h("p", { role: "status" }, T.thanks);
    element.replaceChildren(...(next === "form" ? form() : next === "thanks" ? [thanks, fresh] : [fresh]));
    attribute(element, "class", next === "plain" ? "cd bare" : "cd");
  }

  return { element, update };
}

function given(state: State): boolean {
  return isPending(state, "feedback");
}
