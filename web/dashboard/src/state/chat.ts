// The conversation that is open, and the last ones that were: their entries, readers, viewers and typists.
import { batch, type Signal, signal } from "@preact/signals";
import { systemClock } from "../../../shared/src/clock.ts";
import type {
  DeliveryMark,
  Entry,
  OpenedFrame,
  Reader,
  Row,
  Typist,
} from "../../../shared/src/protocol.gen.ts";
import { CommandError } from "../../../shared/src/socket.ts";
import {
  append,
  firstSeq,
  lastSeq,
  noEntries,
  prepend,
  resume,
  type Thread,
} from "../../../shared/src/thread.ts";
import { call, explain } from "../api.ts";
import { onEvent, online, request, tell } from "./connection.ts";
import { arrived } from "./outbox.ts";
import { activeRow, advance, onRows, rowAdvanced } from "./rows.ts";
import { chooseScope, scope, scopeOf } from "./scopes.ts";
import { markSeen } from "./seen.ts";
import { me } from "./session.ts";

export interface Chat {
  readonly id: string;
  readonly row: Signal<Row | null>;
  /** How often its row was told again without a new entry: what is known of the customer may have changed. */
  readonly retold: Signal<number>;
  readonly thread: Signal<Thread<Entry>>;
  /** How far each reader has read, by "contact" or member id. */
  readonly reads: Signal<Readonly<Record<Reader, number>>>;
  /** How far messages to the customer of a messaging channel have come, by entry. */
  readonly deliveries: Signal<Readonly<Record<number, DeliveryMark>>>;
  /** Up to this entry the customer's page was connected when or after it was told. */
  readonly delivered: Signal<number>;
  /** Ids of the members who have it open. */
  readonly viewers: Signal<readonly string[]>;
  readonly typists: Signal<readonly Typist[]>;
  readonly phase: Signal<"loading" | "ready" | "failed">;
  /** Why it could not be opened, for people. */
  readonly problem: Signal<string>;
  readonly loadingOlder: Signal<boolean>;
}

const KEPT = 20;
const TYPING_LASTS = 6_000;
const OLDER_STEP = 50;

const cache = new Map<string, Chat>();
/** The customer of the open conversation is connected; told in order with its entries, unlike what rows say. */
let customerHere = false;
export const openChat = signal<Chat | null>(null);

/** Opens a conversation, or none. */
export function open(id: string | null): void {
  const before = openChat.peek();
  if (before?.id === id) return;
  if (before) {
    before.typists.value = [];
    if (online.peek()) tell({ type: "close", conversation: before.id });
  }
  customerHere = false;
  openChat.value = id ? take(id) : null;
  if (openChat.value && online.peek()) refresh(openChat.value);
}

/** Gets what is missing at the end, or everything when nothing is there yet. */
export async function refresh(chat: Chat): Promise<void> {
  const after = lastSeq(chat.thread.peek());
  try {
    const answer = await request<OpenedFrame>({
      type: "open",
      conversation: chat.id,
      ...(after ? { after } : {}),
    });
    const whole = { entries: answer.entries, more: answer.more };
    chat.thread.value =
      after && !answer.resync ? (resume(chat.thread.value, answer.entries) ?? whole) : whole;
    chat.row.value = newer(chat.row.value, answer.row);
    chat.reads.value = Object.fromEntries(answer.reads.map((mark) => [mark.by, mark.seq]));
    const marks = (answer.deliveries ?? []).map((mark) => [mark.seq, mark]);
    chat.deliveries.value = { ...chat.deliveries.value, ...Object.fromEntries(marks) };
    chat.phase.value = "ready";
    if (openChat.peek() === chat) deliver(chat, answer.row.customer_online);
    for (const entry of answer.entries) settled(chat, entry);
    const home = scopeOf(answer.row);
    if (openChat.peek() === chat && home && home.id !== scope.peek()?.id) chooseScope(home.id);
  } catch (error) {
    if (!(error instanceof CommandError)) return;
    chat.problem.value = explain(error);
    if (chat.phase.value === "loading") chat.phase.value = "failed";
  }
}

export function retry(chat: Chat): void {
  chat.phase.value = "loading";
  refresh(chat);
}

/** Adds the entries before the first one that is there. */
export async function loadOlder(chat: Chat): Promise<void> {
  if (chat.loadingOlder.peek() || !chat.thread.peek().more) return;
  chat.loadingOlder.value = true;
  try {
    const before = firstSeq(chat.thread.peek());
    const answer = await call<{ entries: Entry[]; more: boolean }>(
      "GET",
      `/conversations/${chat.id}/entries?before=${before}&limit=${OLDER_STEP}`,
    );
    chat.thread.value = prepend(chat.thread.value, answer.entries, answer.more);
  } finally {
    chat.loadingOlder.value = false;
  }
}

/** Whoever is connected has all that was told so far, and whoever comes back is given it. */
function deliver(chat: Chat, here = customerHere): void {
  customerHere = here;
  if (here) chat.delivered.value = lastSeq(chat.thread.peek());
}

const readers: ((conversation: string, seq: number) => void)[] = [];

/** Told when the reader has read a conversation up to an entry. */
export function onRead(listener: (conversation: string, seq: number) => void): void {
  readers.push(listener);
}

/** The reader has the end of the transcript before them. */
export function read(chat: Chat): void {
  const seq = lastSeq(chat.thread.peek());
  const own = me.peek()?.id ?? "";
  markSeen(chat.id, seq);
  for (const listener of readers) listener(chat.id, seq);
  if (!online.peek() || (chat.reads.peek()[own] ?? 0) >= seq) return;
  chat.reads.value = { ...chat.reads.value, [own]: seq };
  tell({ type: "read", conversation: chat.id, seq });
}

function take(id: string): Chat {
  const chat: Chat = cache.get(id) ?? {
    id,
    row: signal(activeRow(id)),
    retold: signal(0),
    thread: signal(noEntries),
    reads: signal({}),
    deliveries: signal({}),
    delivered: signal(0),
    viewers: signal([]),
    typists: signal([]),
    phase: signal("loading"),
    problem: signal(""),
    loadingOlder: signal(false),
  };
  chat.row.value = newer(chat.row.value, activeRow(id));
  chat.viewers.value = [];
  cache.delete(id);
  cache.set(id, chat);
  for (const [oldest] of cache) {
    if (cache.size <= KEPT) break;
    cache.delete(oldest);
  }
  return chat;
}

function newer(have: Row | null, got: Row | null): Row | null {
  return have && (!got || got.version < have.version) ? have : got;
}

function settled(chat: Chat, entry: Entry): void {
  if (entry.client_id) arrived(entry.client_id);
  if (chat.row.value) chat.row.value = advance(chat.row.value, entry);
  rowAdvanced(chat.id, entry);
  if (entry.body.kind === "message") stopTyping(chat, entry.by);
}

function stopTyping(chat: Chat, by: Typist | Entry["by"]): void {
  chat.typists.value = chat.typists.value.filter((other) => !same(other, by));
}

function same(a: Typist, b: Typist | Entry["by"]): boolean {
  return a.kind === b.kind && (a.kind !== "member" || b.kind !== "member" || a.id === b.id);
}

onRows((rows) => {
  for (const row of rows) {
    const chat = cache.get(row.id);
    if (!chat) continue;
    batch(() => {
      if (row.version === chat.row.value?.version) chat.retold.value++;
      chat.row.value = newer(chat.row.value, row);
    });
  }
});

onEvent((event) => {
  const chat = openChat.peek();
  if (event.type === "welcome") {
    for (const each of cache.values()) each.typists.value = [];
    customerHere = false;
    if (chat) refresh(chat);
    return;
  }
  if (!("conversation" in event) || event.conversation !== chat?.id) return;
  if (event.type === "entry") {
    const thread = append(chat.thread.value, event.entry);
    if (!thread) {
      refresh(chat);
      return;
    }
    chat.thread.value = thread;
    deliver(chat);
    settled(chat, event.entry);
  } else if (event.type === "typing") {
    const { by } = event;
    if (by.kind === "member" && by.id === me.value?.id) return;
    stopTyping(chat, by);
    if (!event.on) return;
    chat.typists.value = [...chat.typists.value, by];
    systemClock.after(TYPING_LASTS, () => {
      chat.typists.value = chat.typists.value.filter((other) => other !== by);
    });
  } else if (event.type === "read") {
    chat.reads.value = { ...chat.reads.value, [event.by]: event.seq };
    if (event.by === me.value?.id) markSeen(chat.id, event.seq);
  } else if (event.type === "delivery") {
    chat.deliveries.value = { ...chat.deliveries.value, [event.seq]: event };
  } else if (event.type === "viewers") {
    chat.viewers.value = event.members;
  } else if (event.type === "customer" && chat.row.value) {
    chat.row.value = { ...chat.row.value, customer_online: event.online };
    deliver(chat, event.online);
  }
});
