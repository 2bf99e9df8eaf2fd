// Part: how a chat ends. The sheet "End this chat?", which the cross opens and whose buttons alone end the chat, and the
// rating after the team has ended it.
import type { Host } from "../host.ts";
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

/** Has the ended chat sent to this address; rejects when that cannot be done now. */
async function mailTranscript({ origin, channel, store }: Host, email: string): Promise<void> {
  const url = `${origin}/api/v1/widget/mail_transcript?channel=${encodeURIComponent(channel)}`;
  const answer = await fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${store.get("token")}`, "content-type": "application/json" },
    body: JSON.stringify({ email }),
  });
  if (!answer.ok) throw answer;
}

/** "Email me this chat". */
function mailForm(host: Host): HTMLElement {
  const input = h("input.inp", {
    type: "email",
    autocomplete: "email",
    required: true,
    maxLength: 200,
    dir: "ltr",
  });
  const told = h("p", { role: "status" });
  const form = h(
    "form.more",
    { hidden: true, noValidate: true, onsubmit: send },
    h("label.fl", {}, h("span", {}, T.yourEmail), input),
    h("button.bt", { type: "submit" }, T.mailSend),
  );
  const open = h("button.bt lk", { onclick: show }, T.mailChat);
  const box = h("div", {}, open, form, told);

  function show(): void {
    open.hidden = true;
    form.hidden = false;
    input.focus();
  }

  function send(event: Event): void {
    event.preventDefault();
    if (!input.value.trim() || !input.validity.valid) {
      told.textContent = T.badEmail;
      input.focus();
      return;
    }
    mailTranscript(host, input.value.trim()).then(
      () => {
        form.hidden = true;
        told.textContent = T.mailSent;
      },
      () => {
        told.textContent = T.mailFailed;
      },
    );
  }

  return box;
}

/** The closing card: the rating, as long as the customer may rate, and always "New chat". */
export function fillClosing(card: HTMLElement, { chat, host }: Context): (state: State) => void {
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
    const mail = state.channel?.mail && mailForm(host);
    if (next === "form") card.replaceChildren(...form(), ...(mail ? [mail] : []));
    else
      card.replaceChildren(
        h("p", { role: "status" }, next === "thanks" && T.thanks),
        fresh,
        ...(mail ? [mail] : []),
      );
  };
}
