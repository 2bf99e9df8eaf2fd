// What came while the panel is minimised: the newest message beside the launcher, until opened or dismissed.
import { CROSS } from "./icons.ts";
import { nameOf } from "./items.ts";
import { h, icon, setText } from "./kit.ts";
import { type State, unread } from "./state.ts";
import * as T from "./text.ts";
import type { View } from "./view.ts";

const LONGEST = 140;

export function teaser(open: () => void): View {
  const who = h("b");
  const text = h("q", { dir: "auto" });
  const message = h("button.txt", { onclick: open }, who, " ", text);
  const dismiss = h("button.ib", { "aria-label": T.dismiss, onclick: dismissed }, icon(CROSS, "s"));
  const element = h("div.teaser", { role: "status", hidden: true }, message, dismiss);
  let newest = 0;
  let dismissedAt = 0;

  function dismissed(): void {
    dismissedAt = newest;
    element.hidden = true;
  }

  function update(state: State): void {
    const entry = unread(state).at(-1);
    newest = entry?.at ?? 0;
    element.hidden = state.open || newest <= dismissedAt;
    if (entry?.body.kind !== "message") return;
    setText(who, T.sentYou(nameOf(entry) ?? T.assistant));
    setText(text, entry.body.text.slice(0, LONGEST));
  }

  return { element, update };
}
