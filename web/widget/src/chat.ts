// The chat behind the panel: one connection, one state, and what the customer can do.
import { type Clock, systemClock } from "../../shared/src/clock.ts";
import type {
  About,
  ContactEntry,
  ErrorCode,
  Hello,
  WidgetCommand,
  WidgetEvent,
} from "../../shared/src/protocol.gen.ts";
import { CommandError, Connection, type ConnectionState, type Wire } from "../../shared/src/socket.ts";
import { uuid } from "../../shared/src/uuid.ts";
import type { Host } from "./host.ts";
import { Outbox } from "./outbox.ts";
import {
  type Change,
  endOf,
  formOf,
  giveBack,
  initialState,
  isEnded,
  isFresh,
  isPending,
  isSaid,
  lastSeq,
  onEntry,
  onStatus,
  onWelcome,
  type State,
} from "./state.ts";
import * as T from "./text.ts";

/** "typing" is repeated this often while the customer types; the other side drops it by itself. Milliseconds. */
const TYPING_EVERY = 4000;
/** The other side's "typing" is dropped after this silence. */
const TYPING_FADES = 6000;
/** Reading is told this long after it happened, once for all that came meanwhile. */
const READ_AFTER = 700;
/** The connection may be gone this long before the customer is told. */
const TELL_LOST_AFTER = 2000;
/** Longest address of a page that is told to the server. */
const ADDRESS_MAX = 1000;

export class Chat {
  state: State;
  readonly #host: Host;
  readonly #clock: Clock;
  readonly #connection: Connection<WidgetCommand, WidgetEvent>;
  readonly #outbox: Outbox;
  readonly #onChange: () => void;
  #identity: Host["identity"];
  #typingAt = 0;
  #cancelFade = () => {};
  #cancelRead = () => {};
  #cancelLost: (() => void) | undefined;
  /** What the next `hello` asks for: what is missing, everything after this number, or the newest part. */
  #from: "missing" | 0 | undefined = "missing";

  constructor(host: Host, onChange: () => void, clock: Clock = systemClock, dial = () => socket(host)) {
    const { store, identity } = host;
    this.#host = host;
    this.#clock = clock;
    this.#onChange = onChange;
    this.#identity = identity;
    this.#forgetOther();
    this.#outbox = new Outbox({
      clock,
      store,
      send: (command) => this.#connection.request(command),
      onChange: (outbox, paused) => this.#set({ outbox, paused }),
      onRefused: (command, code) => this.#refused(command, code),
    });
    this.state = {
      ...initialState(),
      ...this.#kept(store.get("chat")),
      outbox: this.#outbox.list,
      conversation: store.get("chat") || null,
      draft: store.getTab("draft"),
      about: JSON.parse(store.getTab("about") || "null"),
    };
    this.#connection = new Connection({
      clock,
      dial,
      hello: async () => this.#hello() as never,
      probe: () => ({ type: "typing", on: false }),
      onEvent: (event) => this.#event(event),
      onState: (state) => this.#line(state),
      onRefused: (error) => this.#helloRefused(error),
    });
    store.onOtherTab((name) => this.#otherTab(name));
    addEventListener("online", () => this.#connection.wake());
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) return;
      this.#connection.wake();
      this.#look();
    });
  }

  /** Connects; does nothing if that has happened. */
  start(): void {
    this.#connection.start();
  }

  /** The site says who the customer is, or that it is nobody any more (`null`). */
  identify(identity: Host["identity"]): void {
    if (identity === this.#identity) return;
    this.#identity = identity;
    const other = this.#forgetOther();
    if (other) {
      this.#outbox.change([]);
      const { open, channel, line } = this.state;
      this.state = { ...initialState(), open, channel, line };
    }
    if (this.#connection.state.kind !== "stopped") this.#again(other ? undefined : "missing");
    this.#onChange();
  }

  setOpen(open: boolean): void {
    if (open !== this.state.open) this.#host.emit(open ? "open" : "close", undefined);
    this.#host.store.setTab("open", open ? "1" : "");
    this.#set({ open, sheet: false });
    if (open) this.start();
    this.#look();
  }

  setSheet(sheet: boolean): void {
    this.#set({ sheet });
  }

  setDraft(draft: string): void {
    this.#host.store.setTab("draft", draft);
    this.#set({ draft });
    const now = this.#clock.now();
    if (!draft || now - this.#typingAt < TYPING_EVERY || isFresh(this.state) || isEnded(this.state)) return;
    this.#typingAt = now;
    this.#tell({ type: "typing", on: true });
  }

  /** Sends what is in the box, or this text. */
  write(text = this.state.draft, attachments?: string[]): void {
    const { channel, draft } = this.state;
    if (!(text.trim() || attachments) || isEnded(this.state) || formOf(this.state)) return;
    // The message itself tells the team that typing is over.
    this.#typingAt = 0;
    if (text === draft) this.setDraft("");
    // Before the first welcome it is not known whether a chat is going on: `send` is right in either case.
    const type = channel && isFresh(this.state) && !isPending(this.state, "start") ? "start" : "send";
    const about = type === "start" && this.state.about ? { about: this.state.about } : {};
    this.#give({ type, client_id: uuid(), text: text.trim(), attachments, ...about } as Change);
  }

  /** Turns the page after an ended chat; `withText` begins the next one with what is in the box. */
  newChat(withText = false): void {
    const { conversation } = this.state;
    this.#host.store.set("left", conversation ?? "");
    this.#set({ left: conversation ?? "", held: false });
    if (withText) this.write();
  }

  /** The form to leave a message comes or goes. */
  setForm(form: boolean): void {
    this.#set({ form });
  }

  /** Answers to the form before the first message. */
  introduce(about: About): void {
    this.#host.store.setTab("about", JSON.stringify(about));
    this.#set({ about, again: false });
  }

  leaveMessage(text: string, about: About): void {
    this.setDraft("");
    this.#set({ form: false });
    this.#give({ type: "leave_message", client_id: uuid(), text, about });
  }

  askHuman(): void {
    if (this.state.status.asking === "offline_form") this.setForm(true);
    else this.#give({ type: "request_human", client_id: uuid() });
  }

  end(rating?: number, comment?: string): void {
    this.#set({ sheet: false });
    this.#give({ type: "end", client_id: uuid(), ...feedback(rating, comment) });
  }

  rate(rating: number, comment: string): void {
    this.#give({ type: "feedback", client_id: uuid(), ...feedback(rating, comment) });
    this.closeRating();
  }

  /** The customer does not want to rate this time, or has. */
  closeRating(): void {
    const rated = endOf(this.state);
    this.#host.store.set("rated", rated);
    this.#set({ rated });
  }

  /** Has a chat of this visitor ended before? */
  hasPast(): boolean {
    return this.#host.store.get("past") !== "";
  }

  retry(clientId: string): void {
    this.#outbox.retry(clientId);
  }

  discard(clientId: string): void {
    this.#outbox.change(this.#outbox.list.filter(({ command }) => command.client_id !== clientId));
  }

  /** Takes the whole conversation, not only its newest part. */
  earlier(): void {
    this.#again(0);
  }

  /** Another customer of the site has logged in on this browser, or nobody has: nothing of the one before is theirs. */
  #forgetOther(): boolean {
    const { store } = this.#host;
    const before = store.get("who");
    const other = before !== "" && before !== this.#identity?.external_id;
    if (other) {
      forget(this.#host);
      store.setTab("outbox", "");
      store.setTab("draft", "");
    }
    return other;
  }

  #hello(): Hello {
    const token = this.#host.store.get("token");
    const { conversation, thread } = this.state;
    const last = lastSeq(thread);
    return {
      visitor_token: token || undefined,
      ...(this.#from !== "missing"
        ? { after: this.#from }
        : last && conversation
          ? { conversation, after: last }
          : {}),
      identity: this.#identity ?? undefined,
      page: {
        // Without the fragment, where sites put what is nobody else's business.
        url: location.href.replace(/#.*/, "").slice(0, ADDRESS_MAX),
        title: document.title,
        referrer: document.referrer.slice(0, ADDRESS_MAX),
        language: navigator.language,
        time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      },
    };
  }

  #event(event: WidgetEvent): void {
    switch (event.type) {
      case "welcome": {
        const { store } = this.#host;
        store.set("token", event.visitor_token);
        store.set("who", this.#identity?.external_id ?? "");
        store.set("colour", event.channel.colour);
        const next = onWelcome(this.state, event, this.#clock.now(), this.#from !== "missing");
        this.#from = "missing";
        if (!this.#become(next)) return;
        this.#outbox.setOnline(true);
        this.#soonTellRead();
        break;
      }
      case "entry":
        if (
          this.#become(
            onEntry(this.state, event),
            event.conversation === this.state.conversation ? "missing" : undefined,
          )
        )
          this.#tellPage(event.entry);
        break;
      case "status":
        this.#become(onStatus(this.state, event));
        break;
      case "typing": {
        const { by } = event;
        this.#cancelFade();
        const name = by.kind === "member" ? by.name : T.assistant;
        this.#set({ typing: event.on && by.kind !== "contact" ? { kind: by.kind, name } : null });
        this.#cancelFade = this.#clock.after(TYPING_FADES, () => this.#set({ typing: null }));
        break;
      }
      case "read":
        this.#set({ teamRead: Math.max(event.seq, this.state.teamRead) });
    }
  }

  #tellPage({ body, by }: ContactEntry): void {
    if (body.kind !== "message" || !by) return;
    const from = by.kind === "member" ? "agent" : by.kind === "bot" ? "bot" : "customer";
    this.#host.emit("message", { from, name: by.kind === "member" ? by.name : undefined, text: body.text });
  }

  /** Connects anew for what is missing, or for everything. */
  #again(from: "missing" | 0 | undefined): void {
    this.#from = from;
    this.#connection.stop();
    this.#connection.start();
  }

  /** Takes the next state; `null` = something is missing. */
  #become(next: State | null, from?: "missing"): boolean {
    if (!next) {
      this.#again(from);
      return false;
    }
    const { store } = this.#host;
    store.set("chat", next.conversation ?? "");
    store.set("left", next.left);
    if (isEnded(next)) store.set("past", "1");
    const { status } = next.status;
    if (status !== this.state.status.status) this.#host.emit("status", status);
    this.state = next;
    // Commands whose entries have arrived are no longer kept.
    if (next.outbox.length !== this.#outbox.list.length) this.#outbox.change(next.outbox);
    else this.#onChange();
    this.#look();
    return true;
  }

  #line({ kind, ...state }: ConnectionState): void {
    const code = "code" in state && state.code;
    if (code || kind === "online") {
      this.#cancelLost?.();
      this.#cancelLost = undefined;
    } else this.#cancelLost ??= this.#clock.after(TELL_LOST_AFTER, () => this.#set({ line: "lost" }));
    if (kind === "online") return;
    this.#outbox.setOnline(false);
    this.#set({ typing: null });
    if (code) this.#set({ line: code === "replaced" ? code : "refused" });
  }

  #helloRefused(error: unknown): boolean {
    const code = error instanceof CommandError ? error.code : "unavailable";
    if (code === "invalid_token" || code === "unauthenticated") {
      // The token is too old or not ours. Without one, the proof must be wrong: go on as somebody unknown.
      if (this.#host.store.get("token")) {
        forget(this.#host);
        this.#from = undefined;
      } else if (this.#identity) this.#identity = null;
      else return false;
      return true;
    }
    const hopeless = ["origin_denied", "forbidden", "not_found", "bad_request"].includes(code);
    if (hopeless) console.warn(`Switchboard: ${code}`);
    return !hopeless;
  }

  #refused(command: Change, code: ErrorCode): boolean {
    const asked = code === "form_required";
    const said = isSaid(command);
    if (command.type === "leave_message" || (said && !asked && code !== "ended")) return false;
    if (said) {
      this.state = giveBack(this.state);
      this.#host.store.setTab("draft", this.state.draft);
      this.#outbox.change(this.state.outbox);
    }
    // Asking, ending or rating was overtaken by what happened meanwhile: there is nothing left to do.
    else this.discard(command.client_id);
    if (code === "away") this.setForm(true);
    if (asked) {
      // What is asked has changed since the last welcome.
      this.#set({ channel: null, again: true });
      this.#again("missing");
    }
    return true;
  }

  #give(command: Change): void {
    if (command.type !== "send" && isPending(this.state, command.type)) return;
    this.start();
    this.#outbox.add(command);
  }

  /** What is shown counts as read. */
  #look(): void {
    const { open, thread, conversation, seen } = this.state;
    const last = lastSeq(thread);
    if (!open || document.hidden || last <= seen) return;
    this.#host.store.set("seen", `${conversation}:${last}`);
    this.#set({ seen: last });
    this.#soonTellRead();
  }

  #soonTellRead(): void {
    this.#cancelRead();
    this.#cancelRead = this.#clock.after(READ_AFTER, () => {
      const { seen } = this.state;
      if (seen && !isFresh(this.state) && !isEnded(this.state)) this.#tell({ type: "read", seq: seen });
    });
  }

  /** Says something that may get lost. */
  #tell(command: WidgetCommand): void {
    this.#connection.request(command).catch(() => {});
  }

  #otherTab(name: string): void {
    const { store } = this.#host;
    if (name !== "token") this.#set(this.#kept(this.state.conversation));
    else if (store.get("token") && isFresh(this.state)) {
      // Two tabs may have met the server as two people: from here on we are who the other tab is.
      this.#again(undefined);
    }
  }

  /** What storage says of this conversation. */
  #kept(conversation: string | null): Pick<State, "seen" | "left" | "rated"> {
    const { store } = this.#host;
    const [id, seq] = store.get("seen").split(":");
    return {
      seen: id && id === conversation ? Number(seq) : 0,
      left: store.get("left"),
      rated: store.get("rated"),
    };
  }

  #set(part: Partial<State>): void {
    this.state = { ...this.state, ...part };
    this.#onChange();
  }
}

function feedback(rating?: number, comment?: string): { rating?: number; comment?: string } {
  return { rating: rating || undefined, comment: comment?.trim() || undefined };
}

/** Drops what the server knows this customer by. */
function forget({ store }: Host): void {
  for (const name of ["token", "who", "chat", "seen", "left", "rated", "past"] as const) store.set(name, "");
}

function socket({ origin, channel }: Host): Wire {
  const url = `${origin.replace(/^http/, "ws")}/api/v1/widget/socket?channel=${encodeURIComponent(channel)}`;
  return new WebSocket(url) as unknown as Wire;
}
