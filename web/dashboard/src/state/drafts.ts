// What has been typed and not sent, one text per conversation and kind. Survives reloads.
import { signal } from "@preact/signals";
import { me } from "./session.ts";
import { read, write } from "./storage.ts";

export type DraftKind = "reply" | "note";

const texts = signal<Readonly<Record<string, string>>>({});

function keyOf(conversation: string, kind: DraftKind): string {
  return `draft.${me.value?.id}.${conversation}.${kind}`;
}

export function draft(conversation: string, kind: DraftKind): string {
  const key = keyOf(conversation, kind);
  return texts.value[key] ?? read(key) ?? "";
}

export function setDraft(conversation: string, kind: DraftKind, text: string): void {
  const key = keyOf(conversation, kind);
  texts.value = { ...texts.value, [key]: text };
  write(key, text || null);
}

/** Adds a text to a draft without losing what is there. */
export function addToDraft(conversation: string, kind: DraftKind, text: string): void {
  const before = draft(conversation, kind);
  setDraft(conversation, kind, before ? `${before}\n${text}` : text);
}

/** Which of the two is being written, by conversation. */
export const draftKind = signal<Readonly<Record<string, DraftKind>>>({});
