// What stands in the log, from top to bottom. Pure.
import type { Attachment, Card, ContactEntry, ErrorCode } from "../../shared/src/protocol.gen.ts";
import { formOf, isEnded, isFresh, isPending, type State } from "./state.ts";
import * as T from "./text.ts";

export interface MessageItem {
  kind: "message";
  key: string;
  from: "me" | "bot" | "member";
  /** Who says it; empty for the customer. */
  name: string;
  /** Names their picture. */
  face?: string | undefined;
  /** The line above it: who and when. */
  by: string;
  /** Empty without files: still typing. */
  text: string;
  /** What stands below the text; ids of files on their way. */
  files: readonly (Attachment | Card | string)[];
  /** The same author as just above. */
  continued: boolean;
  state: "" | "sending" | "waiting" | "failed" | "sent" | "read";
  /** Why it failed. */
  why?: ErrorCode | undefined;
}

export type Item =
  | MessageItem
  | { kind: "event"; key: string; text: string }
  | { kind: "replies"; key: string; options: string[] }
  /** Place in the queue, waiting since `since`. */
  | { kind: "queue"; key: string; since: number }
  | { kind: "form"; key: string; form: "ask" | "offline" }
  | { kind: "closing"; key: string };

/** `now`: the server's time, UTC milliseconds. */
export function items(state: State, now: number): Item[] {
  const { line, outbox, typing } = state;
  const fresh = isFresh(state);
  const shown = fresh ? greeting(state) : past(state.thread.entries, now, state.status.status === "waiting");
  for (const { command, mark, why } of outbox) {
    if (!("text" in command)) continue;
    const way = line === "online" ? "sending" : "waiting";
    const item = message(command.client_id, "me", "", command.text, command.attachments);
    shown.push({ ...item, why, state: mark === "failed" ? mark : way });
  }
  const replies = quickReplies(state, shown);
  if (replies?.length) shown.push({ kind: "replies", key: `r${lastKey(shown)}`, options: replies });
  if (typing && !fresh)
    shown.push({ ...message("typing", typing.kind, typing.name, ""), by: T.isTyping(typing.name) });
  if (isPending(state, "end")) shown.push({ kind: "event", key: "ending", text: T.ending });
  const form = formOf(state);
  if (form) shown.push({ kind: "form", key: `form ${form}`, form });
  if (isEnded(state)) shown.push({ kind: "closing", key: `closing ${state.conversation}` });
  follow(shown);
  if (!fresh && state.status.status !== "bot") marks(shown, state);
  return shown;
}

/** The greeting is shown before it exists; its key is that of the entry it becomes. */
function greeting({ channel }: State): Item[] {
  const text = channel?.greeting.text;
  return text ? [message("e2", "bot", T.assistant, text)] : [];
}

/** What these entries show; with the newest queue card if the customer is `waiting`. */
export function past(entries: readonly ContactEntry[], now: number, waiting = false): Item[] {
  const shown: Item[] = [];
  let queue: Item | undefined;
  for (const entry of entries) {
    const { body, by, seq, at, client_id } = entry;
    const key = `e${seq}`;
    const time = T.time(at, now);
    if (body.kind === "message") {
      // A message of mine keeps the key it had while it was on its way.
      if (by?.kind === "contact")
        shown.push(message(client_id ?? key, "me", "", body.text, body.attachments));
      else {
        const from = by?.kind === "member" ? "member" : "bot";
        const name = nameOf(entry) ?? (by?.kind === "bot" ? T.assistant : T.somebody);
        const files = [...(body.attachments ?? []), ...(body.cards ?? [])];
        const face = (by as { avatar?: string } | undefined)?.avatar;
        shown.push({ ...message(key, from, name, body.text, files), face, by: `${name} · ${time}` });
      }
      continue;
    }
    const text = eventText(entry);
    if (text) shown.push({ kind: "event", key, text: `${text} · ${time}` });
    if (body.kind === "opened" || body.kind === "handed_off" || body.kind === "requeued") {
      queue = { kind: "queue", key: `q${seq}`, since: at };
      shown.push(queue);
    }
  }
  return shown.filter((item) => item.kind !== "queue" || (item === queue && waiting));
}

function message(
  key: string,
  from: MessageItem["from"],
  name: string,
  text: string,
  files: MessageItem["files"] = [],
): MessageItem {
  return { kind: "message", key, from, name, by: name, text, files, continued: false, state: "" };
}

function follow(shown: Item[]): void {
  shown.forEach((item, at) => {
    const above = shown[at - 1];
    if (item.kind !== "message" || above?.kind !== "message" || !item.text) return;
    item.continued = item.name === above.name;
  });
}

/** "Sent" under the last message of mine, "Read" under the last one the team has read. */
function marks(shown: Item[], { thread, teamRead }: State): void {
  const mine = shown.filter(
    (item) => item.kind === "message" && item.from === "me" && !item.state,
  ) as MessageItem[];
  const read = thread.entries.filter(({ seq, by, body }) => {
    return seq <= teamRead && by?.kind === "contact" && body.kind === "message";
  });
  const last = mine.at(-1);
  if (last) last.state = "sent";
  const lastRead = mine[read.length - 1];
  if (lastRead) lastRead.state = "read";
}

/** Offered under the bot's last words, until the customer says something. */
function quickReplies(state: State, shown: Item[]): string[] | undefined {
  const { channel, outbox, status, thread, typing } = state;
  if (formOf(state)) return undefined;
  if (isFresh(state)) return shown.length === 1 ? channel?.greeting.quick_replies : undefined;
  const last = thread.entries.at(-1);
  if (status.status !== "bot" || outbox.length || typing || last?.body.kind !== "message") return undefined;
  return last.body.quick_replies;
}

function lastKey(shown: Item[]): string | undefined {
  return shown.at(-1)?.key;
}

/** First name of the member who did it. */
export function nameOf(entry: ContactEntry | undefined): string | undefined {
  return entry?.by?.kind === "member" ? entry.by.name : undefined;
}

function eventText(entry: ContactEntry): string | undefined {
  const { body } = entry;
  const name = nameOf(entry) ?? T.somebody;
  switch (body.kind) {
    case "handed_off":
      if (body.reason === "customer") return T.youAsked;
      return body.reason === "bot" ? T.assistantAsked : T.assistantFailed;
    case "joined":
    case "taken_over":
      return T.joined(name);
    case "transferred":
      return T.transferred(body.to_name);
    case "requeued":
      return T.requeued;
    case "handed_back":
      return T.handedBack;
    case "ended":
      if (body.reason === "resolved") return T.resolved(name);
      if (body.reason === "customer") return T.youEnded;
      return body.reason === "expired" ? T.expired : T.erasedChat;
    case "activated":
      return T.activated(name);
    default:
      return undefined;
  }
}
