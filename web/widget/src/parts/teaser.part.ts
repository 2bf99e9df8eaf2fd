// Part: the newest message beside the launcher while the panel is minimised, or what the site says by itself, until opened or
// dismissed; and how many messages are unread, as the launcher's name.
import { plain } from "../../../shared/src/rich.ts";
import { summary } from "../../../shared/src/thread.ts";
import { CROSS } from "../icons.ts";
import { nameOf } from "../items.ts";
import { h, icon, setText } from "../kit.ts";
import { type State, unread } from "../state.ts";
import * as T from "../text.ts";

export { use } from "../kit.ts";
export { openUnread } from "../text.ts";
export { default as css } from "./teaser.css?inline";

const LONGEST = 140;

type Said = { text: string; attachments?: { name: string }[]; cards?: { title: string }[] };

/** Follows the state, and what the site says by itself. */
export type Teaser = (state: State, nudged: string) => void;

function oneLine({ text, attachments, cards }: Said): string {
  return summary(plain(text), cards?.map(({ title }) => ({ name: title })) ?? attachments);
}

/** Puts the teaser before everything else in its place. */
export function teaser(place: HTMLElement, open: () => void): Teaser {
  const who = h("b");
  const text = h("q", { dir: "auto" });
  const message = h("button.txt", { onclick: open }, who, " ", text);
  const dismiss = h("button.ib", { "aria-label": T.dismiss, onclick: dismissed }, icon(CROSS, "s"));
  const element = h("div.teaser", { role: "status", hidden: true }, message, dismiss);
  let shown = "";
  let dismissedOnce = "";
  place.prepend(element);

  function dismissed(): void {
    dismissedOnce = shown;
    element.hidden = true;
  }

  return (state, nudged) => {
    const entry = unread(state).at(-1);
    shown = entry ? `${state.conversation}:${entry.seq}` : nudged;
    element.hidden = state.open || !shown || shown === dismissedOnce;
    text.style.quotes = entry ? "" : "none";
    setText(who, entry ? T.sentYou(nameOf(entry) ?? T.assistant) : "");
    setText(text, entry?.body.kind === "message" ? oneLine(entry.body).slice(0, LONGEST) : nudged);
  };
}
