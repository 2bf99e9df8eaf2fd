// Settings of the keyboard shortcuts; keyboard.ts acts on keys.
import { signal } from "@preact/signals";
import { read, write } from "./storage.ts";

/** Whether single letters act; Escape and arrows always do. */
export const singleKeys = signal(read("singleKeys") !== "off");
/** Whether Enter sends, and Shift+Enter makes a new line; otherwise Ctrl or Cmd+Enter sends, and Enter makes a new line. */
export const enterSends = signal(read("enterSends") !== "off");
export const helpShown = signal(false);
export const commandsShown = signal(false);
/** The details pane on middle widths, and the details page on phones. */
export const detailsShown = signal(false);

export function switchSingleKeys(): void {
  singleKeys.value = !singleKeys.value;
  write("singleKeys", singleKeys.value ? null : "off");
}

export function switchEnter(): void {
  enterSends.value = !enterSends.value;
  write("enterSends", enterSends.value ? null : "off");
}
