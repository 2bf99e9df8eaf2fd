// Settings of the keyboard shortcuts; keyboard.ts acts on keys.
import { signal } from "@preact/signals";
import { read, write } from "./storage.ts";

/** Whether single letters act; Escape and arrows always do. */
export const singleKeys = signal(read("singleKeys") !== "off");
export const helpShown = signal(false);
/** The details pane on middle widths, and the details page on phones. */
export const detailsShown = signal(false);

export function switchSingleKeys(): void {
  singleKeys.value = !singleKeys.value;
  write("singleKeys", singleKeys.value ? null : "off");
}
