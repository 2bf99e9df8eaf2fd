// Which sections are folded, remembered by the browser.
import { signal } from "@preact/signals";
import { readJson, write } from "../state/storage.ts";

export const folded = signal<ReadonlySet<string>>(new Set(readJson<string[]>("folds", [])));

export function toggleFold(name: string): void {
  const next = new Set(folded.value);
  if (!next.delete(name)) next.add(name);
  folded.value = next;
  write("folds", JSON.stringify([...next]));
}

export function unfold(name: string): void {
  if (folded.value.has(name)) toggleFold(name);
}
