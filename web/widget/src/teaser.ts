// What came while the panel is minimised, or what the site says by itself: the newest message beside the launcher, until
// opened or dismissed.
import { summary } from "../../shared/src/thread.ts";
import { CROSS } from "./icons.ts";
import { nameOf } from "./items.ts";
import { h, icon, setText } from "./kit.ts";
import { type State, unread } from "./state.ts";
import * as T from "./text.ts";
import type { View } from "./view.ts";

const LONGEST = 140;

export interface Teaser extends View {
  /** Shows this to somebody who has no chat; seen after the next `update`. */
  nudge(words: string): void;
}

export function teaser(open: () => void): Teaser {
  const who = h("b");
  const text = h("q", { dir: "auto" });
  const message = h("button.txt", { onclick: open }, who, " ", text);
  const dismiss = h("button.ib", { "aria-label": T.dismiss, onclick: dismissed }, icon(CROSS, "s"));
  const element = h("div.teaser", { role: "status", hidden: true }, message, dismiss);
  let newest = 0;
  let dismissedAt = 0;
  let nudged = "";

  function dismissed(): void {
    dismissedAt = newest;
    nudged = "";
    element.hidden = true;
  }

  function update(state: State): void {
    const entry = unread(state).at(-1);
    newest = entry?.at ?? 0;
    if (state.open || entry) nudged = "";
    element.hidden = state.open || (newest <= dismissedAt && !nudged);
    if (entry?.body.kind !== "message") {
      setText(who, "");
      text.style.quotes = "none";
      setText(text, nudged);
      return;
    }
    text.style.quotes = "";
    setText(who, T.sentYou(nameOf(entry) ?? T.assistant));
    setText(text, summary(entry.body.text, entry.body.attachments).slice(0, LONGEST));
  }

  return {
    element,
    update,
    nudge(words) {
      nudged = words;
    },
  };
}
