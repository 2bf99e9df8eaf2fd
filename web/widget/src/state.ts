// What the widget knows, and how each frame changes it. Pure: every function answers the next state.
import type {
  About,
  ContactEntry,
  ErrorCode,
  WidgetChannel,
  WidgetCommand,
  WidgetEvent,
  WidgetStatus,
  WidgetWelcome,
} from "../../shared/src/protocol.gen.ts";
import { append, lastSeq, noEntries, resume, type Thread } from "../../shared/src/thread.ts";

/**
 * `lost`: gone for so long that the customer should know; `refused`: the server will not have this page;
 * `replaced`: too many sockets of this customer.
 */
export type Line = "online" | "lost" | "refused" | "replaced";

/** A command that changes something; kept until it is acknowledged. */
export type Change = Extract<WidgetCommand, { client_id: string }>;

export interface Outgoing {
  command: Change;
  /** When the customer gave it, UTC milliseconds. */
  at: number;
  /** `failed`: refused for good; `done`: acknowledged, its entry is on the way. */
  mark: "waiting" | "failed" | "done";
  /** Why it failed. */
  why?: ErrorCode | undefined;
}

export interface State {
  line: Line;
  channel: WidgetChannel | null;
  conversation: string | null;
  thread: Thread<ContactEntry>;
  status: WidgetStatus;
  /** The team has read up to this entry. */
  teamRead: number;
  /** The customer has seen up to this entry. */
  seen: number;
  /** Who is typing on the other side. */
  typing: { kind: "bot" | "member"; name: string } | null;
  outbox: Outgoing[];
  /** The ended conversation that the customer left by "New chat". */
  left: string;
  /** `<conversation>:<seq of its end>` whose rating was given or skipped here. */
  rated: string;
  open: boolean;
  /** The end-chat sheet is up. */
  sheet: boolean;
  draft: string;
  /** The customer wants to leave a message. */
  form: boolean;
  /** What they said of themselves before the first message. */
  about: About | null;
  /** The server misses something in `about`. */
  again: boolean;
  /** The chat ended under the customer's text: the box keeps it. */
  held: boolean;
  /** The server asked us to wait before we send on. */
  paused: boolean;
  /** Server's clock minus ours. */
  skew: number;
}

const NOBODY_YET: WidgetStatus = {
  status: "none",
  human_button: false,
  agents_online: 0,
  open: true,
  asking: "queue",
};

const JUST_BEGUN: WidgetStatus = { ...NOBODY_YET, status: "bot" };

export function initialState(): State {
  return {
    line: "online",
    channel: null,
    conversation: null,
    thread: noEntries,
    status: NOBODY_YET,
    teamRead: 0,
    seen: 0,
    typing: null,
    outbox: [],
    left: "",
    rated: "",
    open: false,
    sheet: false,
    draft: "",
    form: false,
    about: null,
    again: false,
    held: false,
    paused: false,
    skew: 0,
  };
}

/** `anew`: everything was asked for. `null`: something is missing; connect again and ask for everything. */
export function onWelcome(state: State, welcome: WidgetWelcome, now: number, anew: boolean): State | null {
  const whole =
    anew || welcome.resync || welcome.conversation !== state.conversation || !lastSeq(state.thread);
  const thread = whole
    ? { entries: welcome.entries, more: welcome.more }
    : resume(state.thread, welcome.entries);
  if (!thread) return null;
  const next: State = {
    ...state,
    line: "online",
    channel: welcome.channel,
    conversation: welcome.conversation,
    thread,
    teamRead: welcome.reads.member,
    seen: welcome.conversation === state.conversation ? state.seen : 0,
    typing: null,
    skew: welcome.server_time - now,
    outbox: settle(
      state.outbox.filter(({ mark }) => mark !== "done"),
      thread,
    ),
  };
  return onStatus(next, welcome.status);
}

/** `null`: entries before this one are missing; connect again and resume. */
export function onEntry(state: State, event: WidgetEvent & { type: "entry" }): State | null {
  const { conversation, entry } = event;
  // The first entry of another conversation: a new chat, perhaps begun in another tab.
  const begins = conversation !== state.conversation && entry.seq === 1;
  if (!begins && conversation !== state.conversation) return null;
  const thread = append(begins ? noEntries : state.thread, entry);
  if (!thread) return null;
  const next: State = { ...state, conversation, thread, outbox: settle(state.outbox, thread) };
  // Its own status follows in a moment.
  if (begins) return { ...next, status: JUST_BEGUN, seen: 0, teamRead: 0, left: "", held: false };
  // Whoever was typing has now written.
  return entry.by?.kind === "contact" ? next : { ...next, typing: null };
}

export function onStatus(state: State, status: WidgetStatus): State {
  const next = { ...state, status };
  if (status.status !== "ended") return { ...next, left: "", held: false };
  return {
    ...next,
    sheet: false,
    typing: null,
    held: state.held || (state.draft.trim() !== "" && !left(next)),
  };
}

/** Drops acknowledged commands whose entry has arrived. */
function settle(outbox: Outgoing[], thread: Thread<ContactEntry>): Outgoing[] {
  const arrived = new Set(thread.entries.map((entry) => entry.client_id));
  return outbox.filter(({ command }) => !arrived.has(command.client_id));
}

/** Words for the chat that goes on, or begins. */
export function isSaid(command: Change): command is Extract<Change, { type: "send" | "start" }> {
  return command.type === "send" || command.type === "start";
}

/** The server refused these texts, as the chat has ended or asks for more: they go back into the box, in order. */
export function giveBack(state: State): State {
  const texts = state.outbox.flatMap(({ command, mark }) =>
    isSaid(command) && mark !== "done" ? [command.text] : [],
  );
  return {
    ...state,
    outbox: state.outbox.filter(({ command, mark }) => !isSaid(command) || mark === "done"),
    draft: [...texts, state.draft].filter(Boolean).join("\n"),
    held: true,
  };
}

/** Nothing is stored yet: no conversation, or the customer turned the page. */
export function isFresh(state: State): boolean {
  return state.status.status === "none" || left(state);
}

export function isEnded(state: State): boolean {
  return state.status.status === "ended" && !left(state);
}

function left(state: State): boolean {
  return state.status.status === "ended" && state.left === state.conversation;
}

/** The form that is up: `ask` before the first message, `offline` to leave a message. */
export function formOf(state: State): "ask" | "offline" | "" {
  const { channel, status, form, about, again } = state;
  if (!channel || isEnded(state) || isPending(state, "leave_message")) return "";
  const fresh = isFresh(state) && !isPending(state, "start");
  // Without an assistant nobody would answer.
  if (form || (fresh && status.asking === "offline_form" && !channel.greeting.text)) return "offline";
  return fresh && channel.pre_chat.length && (!about || again) ? "ask" : "";
}

/** What the customer has written and nobody has answered: the draft, else their last message. */
export function lastSaid({ draft, thread }: State): string {
  const mine = thread.entries.filter(({ body, by }) => body.kind === "message" && by?.kind === "contact");
  const last = mine.at(-1)?.body;
  return draft.trim() || (last?.kind === "message" ? last.text : "");
}

/** A command of this type has been given and is not acknowledged. */
export function isPending(state: State, type: Change["type"]): boolean {
  return state.outbox.some(({ command, mark }) => command.type === type && mark === "waiting");
}

/** The newest entry that says that the chat has ended. */
export function lastEnd({ thread }: State): ContactEntry | undefined {
  return [...thread.entries].reverse().find(({ body }) => body.kind === "ended");
}

/** Names the end of this episode, for `rated`. */
export function endOf(state: State): string {
  return `${state.conversation}:${lastEnd(state)?.seq}`;
}

/** May the customer still rate the chat that has ended? Who ended it was asked then. */
export function mayRate(state: State): boolean {
  const { status } = state;
  return (
    isEnded(state) &&
    status.status === "ended" &&
    status.can_rate &&
    status.reason !== "customer" &&
    state.rated !== endOf(state)
  );
}

/** Messages of the team and the bot that the customer has not seen, oldest first. */
export function unread(state: State): ContactEntry[] {
  if (isFresh(state)) return [];
  return state.thread.entries.filter(
    ({ seq, by, body }) => seq > state.seen && body.kind === "message" && by?.kind !== "contact",
  );
}

export { lastSeq };
