// Cards that go with the next reply, by conversation. They survive reloads, as the text beside them does.
import { signal } from "@preact/signals";
import type { Attachment, Card } from "../../../shared/src/protocol.gen.ts";
import { me } from "./session.ts";
import { readJson, write } from "./storage.ts";

export interface CardDraft {
  card: Card;
  /** Its picture, where that is a file that goes with it. */
  file?: Attachment;
  /** The server keeps that file until then, UTC milliseconds. */
  until?: number;
}

/** Bytes of a message's text and cards as they are sent: a little less than the server reads in one frame. */
const LARGEST = 60_000;

const drafts = signal<Readonly<Record<string, readonly CardDraft[]>>>({});
const none: readonly CardDraft[] = [];
const keyOf = (conversation: string) => `cards.${me.value?.id}.${conversation}`;

export function cardDrafts(conversation: string): readonly CardDraft[] {
  const key = keyOf(conversation);
  return drafts.value[key] ?? readJson(key, none).map(fresh);
}

export function setCardDrafts(conversation: string, list: readonly CardDraft[]): void {
  const key = keyOf(conversation);
  drafts.value = { ...drafts.value, [key]: list };
  write(key, list.length ? JSON.stringify(list) : null);
}

export function fits(text: string, cards: readonly CardDraft[]): boolean {
  return new Blob([JSON.stringify([text, cards.map(({ card }) => card)])]).size < LARGEST;
}

/** Without a picture that nobody has any more. */
function fresh(draft: CardDraft): CardDraft {
  if (!draft.until || draft.until > Date.now()) return draft;
  const { image: _, ...card } = draft.card;
  return { card };
}
