// The place of "End this chat?"; what stands in it is a part, fetched when a chat has begun.
import { h } from "./kit.ts";
import { part } from "./parts.ts";
import type { State } from "./state.ts";
import type { Context, View } from "./view.ts";

export function endSheet(context: Context): View {
  const { chat } = context;
  const element = h("div.ovl", { hidden: true });

  function update({ sheet, conversation }: State): void {
    // Fetched ahead, so that the sheet also comes when the line has gone.
    if (conversation) part("rating").catch(() => {});
    if (element.hidden !== sheet) return;
    element.hidden = !sheet;
    element.replaceChildren();
    if (!sheet) return;
    part("rating").then(
      ({ fillSheet }) => chat.state.sheet && fillSheet(element, context),
      () => chat.setSheet(false),
    );
  }

  return { element, update };
}
