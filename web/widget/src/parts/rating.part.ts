// Part: how a chat ends. The sheet "End this chat?", which the cross opens and whose buttons alone end the chat, and the
// rating after the team has ended it.
import { attribute, h } from "../kit.ts";
import { isPending, mayRate, type State } from "../state.ts";
import * as T from "../text.ts";
import type { Context } from "../view.ts";
import { ratingForm } from "./stars.ts";

export { use } from "../kit.ts";
export { default as css } from "./rating.css?inline";

/** Puts the sheet into its place, and the focus on the button that changes nothing. */
export function fillSheet(place: HTMLElement, { chat }: Context): void {
  const { stars, comment, values } = ratingForm();
  // A stray Enter must not end the chat.
  const keep = h("button.bt", { onclick: () => chat.setSheet(false) }, T.endKeep);
  const skip = h("button.bt", { onclick: () => chat.end() }, T.endSkip);
  place.replaceChildren(
    // Focus goes round within the sheet.
    h("i", { tabIndex: 0, onfocus: () => skip.focus() }),
    h(
      "div.sheet",
      { role: "dialog", "aria-modal": true, "aria-labelledby": "end" },
      h("h2", { id: "end" }, T.endTitle),
      h("p", {}, T.endText),
      stars,
      comment,
      h("button.bt p", { onclick: () => chat.end(...values()) }, T.endSend),
      h("div.two", {}, keep, skip),
    ),
    h("i", { tabIndex: 0, onfocus: () => stars.querySelector("input")?.focus() }),
  );
  keep.focus();
}

/** The closing card: the rating, as long as the customer may rate, and always "New chat". */
export function fillClosing(card: HTMLElement, { chat }: Context): (state: State) => void {
  const fresh = h("button", { onclick: () => chat.newChat() }, T.newChat);
  let shown = "";

  function form(): HTMLElement[] {
    const { stars, comment, values } = ratingForm(() => {
      more.hidden = false;
      fresh.className = "bt";
      card.scrollIntoView({ block: "nearest" });
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

  return (state) => {
    const next = mayRate(state) ? "form" : isPending(state, "feedback") ? "thanks" : "bare";
    if (next === shown || (shown === "thanks" && next === "bare")) return;
    shown = next;
    fresh.className = "bt p";
    attribute(card, "data-state", next);
    if (next === "form") card.replaceChildren(...form());
    else card.replaceChildren(h("p", { role: "status" }, next === "thanks" && T.thanks), fresh);
  };
}
