// What somebody wrote, in a bubble. Plain texts are put in as they are; what may be more waits for the part that reads it.
import { mayBeRich } from "../../shared/src/rich.ts";
import { part } from "./parts.ts";

let render: ((text: string) => Node[]) | undefined;

/** `changed` is called if the bubble takes its final form only later. */
export function say(bubble: HTMLElement, text: string, changed: () => void): void {
  const rich = mayBeRich(text);
  bubble.replaceChildren(...((rich && render?.(text)) || [text]));
  if (!rich || render) return;
  part("rich").then(
    (loaded) => {
      render = loaded.render;
      bubble.replaceChildren(...render(text));
      changed();
    },
    () => {},
  );
}
