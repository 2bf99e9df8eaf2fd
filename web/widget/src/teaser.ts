// What came while the panel is minimised: the newest message beside the launcher, until opened or dismissed.
import { attribute, h, icon, setText } from "./dom.ts";
import { CROSS } from "./icons.ts";
import { lastSeq, type State, unread } from "./state.ts";
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
    const { texts } = context;
    const newest = unread(state).at(-1);
    const seq = lastSeq(state.thread);
    if (seq < dismissedAt) dismissedAt = 0;
    const show = newest && !state.open && seq > dismissedAt;
    if (show) {
      setText(who, texts.say("teaser", { name: newest.name ?? texts.say("assistant") }));
      setText(text, newest.text.length > LONGEST ? `${newest.text.slice(0, LONGEST)}…` : newest.text);
      attribute(dismiss, "aria-label", texts.say("dismiss"));
    }
    element.hidden = !show;
  }

  return { element, update };
}
