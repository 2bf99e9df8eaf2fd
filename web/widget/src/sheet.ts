// "End this chat?": the cross opens it, and only its buttons end the chat.
import { h } from "./kit.ts";
import { commentField, stars } from "./stars.ts";
import type { State } from "./state.ts";
import * as T from "./text.ts";
import type { Context, View } from "./view.ts";

export function endSheet(context: Context): View {
  const { chat } = context;
  const element = h("div", { className: "ovl", hidden: true, onkeydown: keepInside });

  function keepInside(event: KeyboardEvent): void {
    if (event.key !== "Tab") return;
    const stops = [...element.querySelectorAll<HTMLElement>("button, textarea, input")];
    const at = (element.getRootNode() as ShadowRoot).activeElement;
    const [first, last] = [stops[0], stops.at(-1)];
    if (event.shiftKey ? at === first || (at as HTMLInputElement)?.type === "radio" : at === last) {
      event.preventDefault();
      (event.shiftKey ? last : first)?.focus();
    }
  }

  function fill(): void {
    const rating = stars();
    const comment = commentField();
    const keep = h("button", { className: "bt", onclick: () => chat.setSheet(false) }, T.endKeep);
    const skip = h("button", { className: "bt", onclick: () => chat.end() }, T.endSkip);
    const send = h(
      "button",
      { className: "bt p", onclick: () => chat.end(rating.value(), comment.value()) },
      T.endSend,
    );
    element.replaceChildren(
      h(
        "div",
        { className: "sheet", role: "dialog", "aria-modal": "true", "aria-labelledby": "end-title" },
        h("h2", { id: "end-title" }, T.endTitle),
        h("p", {}, T.endText),
        rating.element,
        comment.element,
        send,
        h("div", { className: "two" }, keep, skip),
      ),
    );
    // A stray Enter must not end the chat.
    keep.focus();
  }

  function update(state: State): void {
    if (element.hidden !== state.sheet) return;
    element.hidden = !state.sheet;
    if (state.sheet) fill();
    else element.replaceChildren();
  }

  return { element, update };
}
