// What all parts of the panel share.
import type { Chat } from "./chat.ts";
import type { Host } from "./host.ts";
import type { part } from "./parts.ts";
import type { State } from "./state.ts";

export interface Context {
  host: Host;
  chat: Chat;
  /** Fetches another part. */
  part: typeof part;
  /** Server's time now, UTC milliseconds. */
  now: () => number;
  minimise: () => void;
  /** Shows the state anew, after something has been loaded. */
  redraw: () => void;
  /** Says this to screen readers, once, until the customer waits no longer. */
  announce: (text: string) => void;
  /** Shows the customer's earlier chats; the focus comes back to this button. */
  history: (from: HTMLElement) => void;
}

/** A part of the panel: its element, and how it follows the state. */
export interface View {
  element: HTMLElement;
  update(state: State): void;
}

/** Lays a member's picture over the letter in a round picture; without a name, takes it away again. */
export function showFace(context: Context, round: HTMLElement, name?: string): void {
  context.part("files").then(
    ({ face }) => face(context, round, name),
    () => {},
  );
}

/** First letter of a name, for a round picture. */
export function initial(name: string): string {
  return ([...name.trim()][0] ?? "").toUpperCase();
}
