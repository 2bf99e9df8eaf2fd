// What all parts of the panel share.
import type { Chat } from "./chat.ts";
import type { Host } from "./host.ts";
import type { State } from "./state.ts";

export interface Context {
  chat: Chat;
  host: Host;
  /** Server's time now, UTC milliseconds. */
  now: () => number;
  minimise: () => void;
  /** Shows the state anew, after something has been loaded. */
  redraw: () => void;
}

/** A part of the panel: its element, and how it follows the state. */
export interface View {
  element: HTMLElement;
  update(state: State): void;
}

/** First letter of a name, for a round picture. */
export function initial(name: string): string {
  return ([...name.trim()][0] ?? "").toUpperCase();
}
