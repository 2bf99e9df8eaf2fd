// What came while the panel is minimised: the newest message beside the launcher, until opened or dismissed.

import { CROSS } from "./icons.ts";
import { attribute, h, icon, setText } from "./kit.ts";
import { lastSeq, type State, unread } from "./state.ts";
import * as T from "./text.ts";
import type { Context, View } from "./view.ts";

const LONGEST = 140;

export function teaser(context: Context, open: () => void): View {
  const who = h("span");
  const text = h("q", { dir: "auto" });
  const message = h("button", { className: "txt", onclick: open }, who, " ", text);
  const dismiss = h("button", { className: "ib", onclick: dismissed }, icon(CROSS, "s"));
  const element = h("div", { className: "teaser", role: "status", hidden: true }, message, dismiss);
  let dismissedAt = 0;

  function dismissed(): void {
    dismissedAt = lastSeq(context.chat.state.thread);
    element.hidden = true;
  }

  function update(state: State): void {
    const newest = unread(state).at(-1);
    const seq = lastSeq(state.thread);
    if (seq < dismissedAt) dismissedAt = 0;
    const show = newest && !state.open && seq > dismissedAt;
    if (show) {
      setText(who, T.sentYou(newest.name ?? T.assistant));
      setText(text, newest.text.length > LONGEST ? `${newest.text.slice(0, LONGEST)}…` : newest.text);
      attribute(dismiss, "aria-label", T.dismiss);
    }
    element.hidden = !show;
  }

  return { element, update };
}
