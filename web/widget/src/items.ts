// What stands in the log, from top to bottom. Pure.
import type { ContactAuthor, ContactEntry } from "../../shared/src/protocol.gen.ts";
import { findLast, isEnded, isFresh, isPending, type Outgoing, type State } from "./state.ts";
import * as T from "./text.ts";

export interface MessageItem {
  kind: "message";
  key: string;
  from: "me" | "bot" | "member";
  name: string;
  text: string;
  /** UTC milliseconds; 0 = not said yet (the greeting before anything is stored). */
  at: number;
  /** The same author as just above. */
  continued: boolean;
  state: "" | "sending" | "waiting" | "failed" | "sent" | "read";
  /** For "Try again" and "Delete". */
  clientId: string;
}

export type Item =
  | MessageItem
  | { kind: "event"; key: string; text: string; at: number }
  | { kind: "replies"; key: string; options: string[] }
  | { kind: "queue"; key: string; since: number }
  | { kind: "typing"; key: string; from: "bot" | "member"; name: string }
  | { kind: "closing"; key: string };

export function items(state: State): Item[] {
  const fresh = isFresh(state);
  const shown: Item[] = fresh ? greeting(state) : past(state);
  for (const outgoing of state.outbox) {
    const item = pending(outgoing, state);
    if (item) shown.push(item);
  }
  follow(shown);
  marks(shown, state);
  const replies = quickReplies(state, shown);
  if (replies) shown.push(replies);
  if (state.typing && !fresh) {
    const { kind, name } = state.typing;
    shown.push({ kind: "typing", key: "typing", from: kind, name });
  }
  if (isPending(state, "end")) shown.push({ kind: "event", key: "ending", text: T.ending, at: 0 });
  if (isEnded(state)) shown.push({ kind: "closing", key: `closing-${state.conversation}` });
  return shown;
}

/** The greeting is shown before it exists; its key is that of the entry it becomes. */
function greeting(state: State): Item[] {
  const text = state.channel?.greeting.text;
  return text ? [message("e2", "bot", T.assistant, text, 0)] : [];
}

function past(state: State): Item[] {
  const shown: Item[] = [];
  let queue: Item | null = null;
  for (const entry of state.thread.entries) {
    const { body, by, seq, at } = entry;
    if (body.kind === "message") {
      const from = by?.kind === "contact" ? "me" : by?.kind === "member" ? "member" : "bot";
      const item = message(`e${seq}`, from, author(by), body.text, at);
      // A message of mine keeps the key it had while it was on its way.
      shown.push(from === "me" && entry.client_id ? { ...item, key: entry.client_id } : item);
      continue;
    }
    const text = eventText(entry);
    if (text) shown.push({ kind: "event", key: `e${seq}`, text, at });
    if (body.kind === "opened" || body.kind === "handed_off" || body.kind === "requeued") {
      queue = { kind: "queue", key: `queue${seq}`, since: at };
      shown.push(queue);
    }
  }
  return shown.filter(
    (item) => item.kind !== "queue" || (item === queue && state.status.status === "waiting"),
  );
}

function pending({ command, at, mark }: Outgoing, state: State): MessageItem | null {
  if (command.type !== "send" && command.type !== "start") return null;
  const item = message(command.client_id, "me", "", command.text, at);
  const way = state.line === "online" ? "sending" : "waiting";
  return { ...item, state: mark === "failed" ? "failed" : way, clientId: command.client_id };
}

function message(
  key: string,
  from: MessageItem["from"],
  name: string,
  text: string,
  at: number,
): MessageItem {
  return { kind: "message", key, from, name, text, at, continued: false, state: "", clientId: "" };
}

function follow(shown: Item[]): void {
  shown.forEach((item, at) => {
    const above = shown[at - 1];
    if (item.kind !== "message" || above?.kind !== "message") return;
    item.continued = item.from === above.from && item.name === above.name;
  });
}

/** "Sent" under the last message of mine, "Read" under the last one the team has read; the bot needs no such marks. */
function marks(shown: Item[], state: State): void {
  if (state.status.status === "bot" || isFresh(state)) return;
  const readKey = findLast(
    state.thread.entries,
    ({ seq, by, body }) => seq <= state.teamRead && by?.kind === "contact" && body.kind === "message",
  );
  const mine = shown.filter(
    (item): item is MessageItem => item.kind === "message" && item.from === "me" && !item.state,
  );
  const read = mine.find(({ key }) => key === (readKey?.client_id ?? `e${readKey?.seq}`));
  const last = mine.at(-1);
  if (last) last.state = "sent";
  if (read) read.state = "read";
}

/** Offered under the bot's last words, until the customer says something. */
function quickReplies(state: State, shown: Item[]): Item | null {
  const { status } = state.status;
  if (shown.at(-1)?.kind !== "message" || state.typing) return null;
  const last = state.thread.entries.at(-1);
  if (isFresh(state)) {
    const options = state.channel?.greeting.quick_replies ?? [];
    return shown.length === 1 && options.length ? { kind: "replies", key: "replies2", options } : null;
  }
  if (status !== "bot" || state.outbox.length || last?.body.kind !== "message" || last.by?.kind !== "bot")
    return null;
  const options = last.body.quick_replies ?? [];
  return options.length ? { kind: "replies", key: `replies${last.seq}`, options } : null;
}

function author(by: ContactAuthor | undefined): string {
  if (by?.kind === "contact") return "";
  return by?.kind === "member" ? by.name : by?.kind === "bot" ? T.assistant : T.somebody;
}

function eventText({ body, by }: ContactEntry): string {
  const name = by?.kind === "member" ? by.name : T.somebody;
  switch (body.kind) {
    case "handed_off":
      if (body.reason === "customer") return T.youAsked;
      if (body.reason === "bot") return T.assistantAsked;
      return body.reason === "bot_failed" ? T.assistantFailed : "";
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
      if (body.reason === "resolved") {
        return by?.kind === "member" ? T.resolved(name) : T.resolvedPlain;
      }
      if (body.reason === "customer") return T.youEnded;
      return body.reason === "expired" ? T.expired : T.erasedChat;
    case "activated":
      return T.activated(name);
    default:
      return "";
  }
}
