// "End this chat?": the cross opens it, and only its buttons end the chat.
import { h } from "./kit.ts";
import { ratingForm } from "./stars.ts";
import type { State } from "./state.ts";
import * as T from "./text.ts";
import type { Context, View } from "./view.ts";

export function endSheet({ chat }: Context): View {
  const element = h("div.ovl", { hidden: true });

  function fill(): void {
    const { stars, comment, values } = ratingForm();
    const keep = h("button.bt", { onclick: () => chat.setSheet(false) }, T.endKeep);
    element.replaceChildren(
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
    // A stray Enter must not end the chat.
    keep.focus();
  }

  const skip = h("button.bt", { onclick: () => chat.end() }, T.endSkip);

  function update({ sheet }: State): void {
    if (element.hidden !== sheet) return;
    element.hidden = !sheet;
    if (sheet) fill();
    else element.replaceChildren();
  }

  return { element, update };
}
