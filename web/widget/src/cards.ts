// Cards of the log whose content is a part: the place in the queue, and the end of the chat.
import { h } from "./kit.ts";
import { part } from "./parts.ts";
import type { State } from "./state.ts";
import type { Context, View } from "./view.ts";

/** Fills a card and answers how it follows the state. */
type Fill = (card: HTMLElement, context: Context) => (state: State) => void;

/** Place and expected wait since `since` (UTC milliseconds). */
export function queueCard(context: Context, since: number): View {
  return card(context, async () => {
    const { fillQueue } = await part("queue");
    return (element, context) => fillQueue(element, context, since);
  });
}

/** After the end: the rating, and "New chat". */
export function closingCard(context: Context): View {
  return card(context, async () => (await part("rating")).fillClosing);
}

/** Not seen before its part has come. Silent: it changes often, and what matters is announced elsewhere. */
function card(context: Context, load: () => Promise<Fill>): View {
  const element = h("li.cd", { "aria-live": "off", hidden: true });
  let follow: ((state: State) => void) | null = null;

  function update(state: State): void {
    if (follow) follow(state);
    else load().then(fill, () => {});
  }

  function fill(fill: Fill): void {
    if (follow) return;
    follow = fill(element, context);
    element.hidden = false;
    context.redraw();
  }

  return { element, update };
}
