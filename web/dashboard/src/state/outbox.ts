// Replies and notes on their way. Each has its own id from the moment it was written, so trying again after a lost
// connection or a reload cannot double it. One at a time per conversation, in order.
import { signal } from "@preact/signals";
import { systemClock } from "../../../shared/src/clock.ts";
import type { Attachment, MemberName } from "../../../shared/src/protocol.gen.ts";
import { CommandError } from "../../../shared/src/socket.ts";
import { uuid } from "../../../shared/src/uuid.ts";
import { explain } from "../api.ts";
import { giveBack } from "../files/attaching.ts";
import { type CardDraft, setCardDrafts } from "./cardDrafts.ts";
import { onEvent, request } from "./connection.ts";
import { addToDraft, type DraftKind, draft, setDraft } from "./drafts.ts";
import { serverTime } from "./now.ts";
import { onRows } from "./rows.ts";
import { me } from "./session.ts";
import { keys, readJson, write } from "./storage.ts";

export interface Outgoing {
  clientId: string;
  conversation: string;
  kind: DraftKind;
  text: string;
  /** Members whom a note names. */
  mentions?: readonly string[];
  attachments?: readonly Attachment[];
  cards?: readonly CardDraft[];
  /** UTC milliseconds. */
  at: number;
  state: "waiting" | "sending" | "sent" | "failed";
  /** Why it failed, for people. */
  reason?: string;
}

/** After a reload, what is older than this waits for the writer to say "Try again": the moment may have passed. */
const SENT_BY_ITSELF_WITHIN = 15 * 60_000;
/** The server takes as many in one note. */
const MENTIONS_MAX = 20;
const BUSY = new Set(["rate_limited", "overloaded", "unavailable", "draining"]);
const BUSY_PAUSE = 2_000;

export const outbox = signal<readonly Outgoing[]>([]);
/** Who was faster, by conversation, until the writer has dealt with it. */
export const claimLost = signal<Readonly<Record<string, MemberName>>>({});

let restoredFor: string | null = null;

/** What goes with a text. */
interface With {
  mentions?: readonly string[];
  attachments?: readonly Attachment[];
  cards?: readonly CardDraft[];
}

export function post(
  conversation: string,
  kind: DraftKind,
  text: string,
  { mentions = [], attachments = [], cards = [] }: With = {},
): void {
  const item: Outgoing = {
    clientId: uuid(),
    conversation,
    kind,
    text,
    ...(mentions.length ? { mentions: mentions.slice(0, MENTIONS_MAX) } : {}),
    attachments,
    ...(cards.length ? { cards } : {}),
    at: serverTime(),
    state: "waiting",
  };
  outbox.value = [...outbox.value, item];
  store(item);
  flush();
}

export function tryAgain(clientId: string): void {
  change(clientId, { state: "waiting" });
  flush();
}

export function remove(clientId: string): void {
  outbox.value = outbox.value.filter((item) => item.clientId !== clientId);
  write(keyOf(clientId), null);
}

export function forgetLostClaim(conversation: string): void {
  const { [conversation]: _, ...others } = claimLost.value;
  claimLost.value = others;
}

/** An entry has arrived: what it shows need not be shown as outgoing any more. */
export function arrived(clientId: string): void {
  if (outbox.value.some((item) => item.clientId === clientId)) remove(clientId);
}

function flush(): void {
  const busy = new Set(
    outbox.value.filter((item) => item.state === "sending").map((item) => item.conversation),
  );
  for (const item of outbox.value) {
    if (item.state !== "waiting" || busy.has(item.conversation)) continue;
    busy.add(item.conversation);
    deliver(item);
  }
}

async function deliver(item: Outgoing): Promise<void> {
  const { clientId, conversation, text, attachments = [], cards = [] } = item;
  const all = [...attachments, ...cards.flatMap(({ file }) => file ?? [])];
  const files = all.length ? { attachments: all.map(({ id }) => id) } : {};
  change(clientId, { state: "sending" });
  try {
    const said = { conversation, client_id: clientId, text, ...files };
    await request(
      item.kind === "note"
        ? { type: "note", ...said, ...(item.mentions ? { mentions: [...item.mentions] } : {}) }
        : { type: "send", ...said, ...(cards.length ? { cards: cards.map(({ card }) => card) } : {}) },
    );
    write(keyOf(clientId), null);
    change(clientId, { state: "sent" });
  } catch (error) {
    if (!(error instanceof CommandError)) {
      change(clientId, { state: "waiting" });
      return;
    }
    if (BUSY.has(error.code)) {
      change(clientId, { state: "waiting" });
      systemClock.after(error.details.retry_after_ms ?? BUSY_PAUSE, flush);
      return;
    }
    if (item.kind === "reply" && error.code === "already_assigned" && error.details.assignee) {
      remove(clientId);
      loseClaim(conversation, text, error.details.assignee);
      giveBack(conversation, "note", attachments);
      if (cards.length) setCardDrafts(conversation, cards);
    } else {
      change(clientId, { state: "failed", reason: explain(error) });
    }
  }
  flush();
}

/** What was meant for the customer stays before the writer, as a note. */
function loseClaim(conversation: string, text: string, winner: MemberName): void {
  if (text) addToDraft(conversation, "note", text);
  claimLost.value = { ...claimLost.value, [conversation]: winner };
}

function change(clientId: string, changes: Partial<Outgoing>): void {
  outbox.value = outbox.value.map((item) => (item.clientId === clientId ? { ...item, ...changes } : item));
}

function restore(): void {
  const member = me.value?.id;
  if (!member || restoredFor === member) return;
  restoredFor = member;
  const known = new Set(outbox.value.map((item) => item.clientId));
  const restored: Outgoing[] = [];
  for (const id of keys(`outbox.${member}.`)) {
    const item = readJson<Outgoing | null>(keyOf(id), null);
    if (!item || known.has(id)) continue;
    const old = serverTime() - item.at > SENT_BY_ITSELF_WITHIN;
    restored.push({ ...item, state: old ? "failed" : "waiting" });
  }
  outbox.value = [...restored.sort((a, b) => a.at - b.at), ...outbox.value];
}

function store(item: Outgoing): void {
  write(keyOf(item.clientId), JSON.stringify(item));
}

function keyOf(clientId: string): string {
  return `outbox.${me.value?.id}.${clientId}`;
}

onRows((rows) => {
  for (const { id, status, assignee } of rows) {
    if (status !== "assigned" || !assignee || assignee.id === me.value?.id) continue;
    const text = draft(id, "reply");
    if (!text.trim()) continue;
    setDraft(id, "reply", "");
    loseClaim(id, text, assignee);
  }
});

onEvent((event) => {
  if (event.type !== "welcome") return;
  restore();
  flush();
});
