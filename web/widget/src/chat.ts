// The chat behind the panel: one connection, one state, and what the customer can do.
import { type Clock, systemClock } from "../../shared/src/clock.ts";
import type {
  ErrorCode,
  WidgetCommand,
  WidgetEvent,
  WidgetPage,
  WidgetWelcome,
} from "../../shared/src/protocol.gen.ts";
import { CommandError, Connection, type ConnectionState, type Wire } from "../../shared/src/socket.ts";
import { firstSeq, prepend } from "../../shared/src/thread.ts";
import type { Host } from "./host.ts";
import { newId } from "./id.ts";
import { Outbox } from "./outbox.ts";
import * as States from "./state.ts";
import { type Change, initialState, isEnded, isFresh, lastSeq, type State } from "./state.ts";

/** "typing" is repeated this often while the customer types, and taken back after this silence. Milliseconds. */
const TYPING_EVERY = 4000;
/** The other side's "typing" is dropped after this silence. */
const TYPING_FADES = 6000;
/** Reading is told this long after it happened, once for all that came meanwhile. */
const READ_AFTER = 700;
/** Entries fetched by one "Show earlier messages". */
const EARLIER = 50;

export class Chat {
  state: State;
  private readonly host: Host;
  private readonly clock: Clock;
  private readonly connection: Connection<WidgetCommand, WidgetWelcome, WidgetEvent>;
  private readonly outbox: Outbox;
  private readonly onChange: () => void;
  private token: string;
  private identity: Host["identity"];
  private typingSince = 0;
  private cancelTyping = () => {};
  private cancelFade = () => {};
  private cancelRead = () => {};
  private readSent = 0;

  constructor(host: Host, onChange: () => void, clock: Clock = systemClock, dial = () => socket(host)) {
    const { store } = host;
    this.host = host;
    this.clock = clock;
    this.onChange = onChange;
    this.identity = host.identity;
    this.forgetOther();
    this.token = store.get("token");
    this.outbox = new Outbox({
      clock,
      store,
      send: (command) => this.connection.request(command),
      onChange: (list, pause) => this.set({ outbox: list, pause }),
      onRefused: (command, code) => this.refused(command, code),
    });
    this.state = {
      ...initialState(),
      outbox: this.outbox.list,
      conversation: store.get("chat") || null,
      seen: seenOf(store.get("seen"), store.get("chat")),
      left: store.get("left") || null,
      rated: store.get("rated"),
      draft: store.getTab("draft"),
    };
    this.connection = new Connection<WidgetCommand, WidgetWelcome, WidgetEvent>({
      clock,
      dial,
      hello: async () => this.hello(),
      probe: () => ({ type: "typing", on: false }),
      onWelcome: (welcome) => this.welcome(welcome),
      onEvent: (event) => this.event(event),
      onState: (state) => this.line(state),
      onRefused: (error) => this.helloRefused(error),
    });
    store.onOtherTab((name) => this.otherTab(name));
    addEventListener("online", () => this.connection.wake());
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) return;
      this.connection.wake();
      this.look();
    });
  }

  /** Connects; does nothing if that has happened. */
  start(): void {
    this.connection.start();
  }

  setOpen(open: boolean): void {
    this.host.store.setTab("open", open ? "1" : "");
    this.set({ open, sheet: open && this.state.sheet });
    if (open) this.start();
    this.look();
  }

  setSheet(sheet: boolean): void {
    this.set({ sheet });
  }

  setDraft(draft: string): void {
    this.host.store.setTab("draft", draft);
    this.state = { ...this.state, draft };
    this.tellTyping(draft.trim() !== "");
  }

  /** Sends what is in the box, or this text. */
  write(text = this.state.draft): void {
    const trimmed = text.trim();
    if (!trimmed || isEnded(this.state)) return;
    if (text === this.state.draft) this.clearDraft();
    // The message itself tells the team that typing is over.
    this.cancelTyping();
    this.typingSince = 0;
    // Before the first welcome it is not known whether a chat is going on: `send` is right in either case.
    const begins = this.state.channel && isFresh(this.state) && !States.isPending(this.state, "start");
    const type = begins ? "start" : "send";
    this.give({ type, client_id: newId(), text: trimmed });
  }

  /** Turns the page after an ended chat; `withText` begins the next one with what is in the box. */
  newChat(withText = false): void {
    const { conversation } = this.state;
    this.host.store.set("left", conversation ?? "");
    this.set({ left: conversation, held: false });
    if (withText) this.write();
  }

  askHuman(): void {
    if (!States.isPending(this.state, "request_human"))
      this.give({ type: "request_human", client_id: newId() });
  }

  end(rating?: number, comment?: string): void {
    this.set({ sheet: false });
    if (!States.isPending(this.state, "end"))
      this.give({ type: "end", client_id: newId(), ...feedback(rating, comment) });
  }

  rate(rating: number, comment: string): void {
    this.give({ type: "feedback", client_id: newId(), ...feedback(rating, comment) });
    this.closeRating();
  }

  /** The customer does not want to rate this time, or has. */
  closeRating(): void {
    const rated = States.endOf(this.state);
    this.host.store.set("rated", rated);
    this.set({ rated });
  }

  retry(clientId: string): void {
    this.outbox.retry(clientId);
  }

  discard(clientId: string): void {
    this.outbox.change(this.outbox.list.filter(({ command }) => command.client_id !== clientId));
  }

  /** What is shown counts as read. */
  look(): void {
    const { open, thread, conversation, seen } = this.state;
    const last = lastSeq(thread);
    if (!open || document.hidden || !conversation || last <= seen) return;
    this.host.store.set("seen", `${conversation}:${last}`);
    this.set({ seen: last });
    this.soonTellRead();
  }

  /** Fetches entries before the first one shown. */
  async earlier(): Promise<void> {
    const { origin, channel } = this.host;
    const { conversation, thread } = this.state;
    const after = Math.max(0, firstSeq(thread) - 1 - EARLIER);
    const url = `${origin}/api/v1/widget/entries?channel=${encodeURIComponent(channel)}&after=${after}`;
    try {
      const answer = await fetch(url, { headers: { authorization: `Bearer ${this.token}` } });
      const { entries } = await answer.json();
      if (this.state.conversation === conversation && Array.isArray(entries)) {
        this.set({ thread: prepend(this.state.thread, entries, after > 0) });
      }
    } catch {
      // The button stays; the customer may press it again.
    }
  }

  private hello(): Omit<WidgetCommand & { type: "hello" }, "type"> {
    this.token = this.host.store.get("token") || this.token;
    const after = lastSeq(this.state.thread);
    return {
      ...(this.token ? { visitor_token: this.token } : {}),
      ...(this.token && after ? { after } : {}),
      ...(this.identity ? { identity: this.identity } : {}),
      page: page(),
    };
  }

  private welcome(welcome: WidgetWelcome): void {
    const { store } = this.host;
    this.token = welcome.visitor_token;
    store.set("token", this.token);
    store.set("who", this.identity?.external_id ?? "");
    store.set("colour", welcome.channel.colour);
    const next = States.onWelcome(this.state, welcome, this.clock.now());
    if (!next) {
      this.again(true);
      return;
    }
    this.become(next);
    this.readSent = 0;
    this.outbox.setOnline(true);
    this.look();
    this.soonTellRead();
  }

  private event(event: WidgetEvent): void {
    if (event.type === "entry") {
      const next = States.onEntry(this.state, event);
      if (!next) {
        this.again(event.conversation !== this.state.conversation);
        return;
      }
      this.become(next);
      this.look();
    } else if (event.type === "status") {
      this.become(States.onStatus(this.state, event));
    } else if (event.type === "typing") {
      this.cancelFade();
      this.set({ typing: event.on ? event.by : null });
      if (event.on) this.cancelFade = this.clock.after(TYPING_FADES, () => this.set({ typing: null }));
    } else if (event.type === "read") {
      this.set({ teamRead: Math.max(event.seq, this.state.teamRead) });
    }
  }

  /** Something is missing: connect anew and resume, or (`whole`) take everything again. */
  private again(whole: boolean): void {
    if (whole) this.state = { ...this.state, thread: initialState().thread };
    this.connection.stop();
    this.connection.start();
  }

  private line(state: ConnectionState): void {
    if (state.kind === "online") return;
    this.outbox.setOnline(false);
    const refusal =
      state.kind === "stopped" && (state.code === "replaced" ? "replaced" : state.code && "refused");
    const trying = this.state.line === "lost" ? "lost" : "connecting";
    this.set({ line: refusal || (state.kind === "connecting" ? trying : "lost"), typing: null });
  }

  private helloRefused(error: unknown): boolean {
    if (!(error instanceof CommandError)) return true;
    if (error.code === "invalid_token" || error.code === "unauthenticated") {
      // The token is too old or not ours. Without one, the proof must be wrong: go on as somebody unknown.
      if (this.token) this.forget();
      else if (this.identity) this.identity = null;
      else return false;
      return true;
    }
    const hopeless: ErrorCode[] = ["origin_denied", "forbidden", "not_found", "bad_request"];
    if (hopeless.includes(error.code)) console.warn(`Switchboard: ${error.code}: ${error.message}`);
    return !hopeless.includes(error.code);
  }

  private refused(command: Change, code: ErrorCode): boolean {
    if (code === "ended" && command.type === "send") {
      const next = States.giveBack(this.state);
      this.host.store.setTab("draft", next.draft);
      this.state = next;
      this.outbox.change([...next.outbox]);
      return true;
    }
    if (command.type === "send" || command.type === "start") return false;
    // Asking, ending or rating was overtaken by what happened meanwhile: there is nothing left to do.
    this.discard(command.client_id);
    return true;
  }

  private give(command: Change): void {
    this.start();
    this.outbox.add(command);
  }

  private tellTyping(on: boolean): void {
    this.cancelTyping();
    const now = this.clock.now();
    if (on) {
      this.cancelTyping = this.clock.after(TYPING_EVERY, () => this.tellTyping(false));
      if (now - this.typingSince < TYPING_EVERY) return;
    } else if (!this.typingSince) return;
    this.typingSince = on ? now : 0;
    if (isFresh(this.state) || isEnded(this.state)) return;
    this.connection.request({ type: "typing", on }).catch(() => {});
  }

  private soonTellRead(): void {
    this.cancelRead();
    this.cancelRead = this.clock.after(READ_AFTER, () => this.tellRead());
  }

  private tellRead(): void {
    const { seen } = this.state;
    if (seen <= this.readSent || isEnded(this.state)) return;
    this.readSent = seen;
    this.connection.request({ type: "read", seq: seen }).catch(() => {
      this.readSent = 0;
    });
  }

  private clearDraft(): void {
    this.host.store.setTab("draft", "");
    this.set({ draft: "" });
  }

  private otherTab(name: string): void {
    const { store } = this.host;
    if (name === "token" && this.token && store.get("token") !== this.token) {
      // Two tabs met the server as two people: from here on we are who the other tab is.
      this.token = "";
      this.again(true);
    } else if (name === "seen") {
      this.set({ seen: Math.max(this.state.seen, seenOf(store.get("seen"), this.state.conversation ?? "")) });
    } else if (name === "left" || name === "rated") {
      this.set({ left: store.get("left") || null, rated: store.get("rated") });
    }
  }

  /** Another customer of the site has logged in on this browser: nothing of the one before is theirs. */
  private forgetOther(): void {
    const who = this.host.store.get("who");
    if (who && who !== (this.identity?.external_id ?? "")) this.forget(true);
  }

  private forget(everything = false): void {
    this.token = "";
    for (const name of ["token", "chat", "seen", "left", "rated"] as const) this.host.store.set(name, "");
    if (everything) for (const name of ["who", "outbox"] as const) this.host.store.set(name, "");
    if (this.state) this.state = { ...this.state, thread: initialState().thread };
  }

  private become(next: State): void {
    if (next.conversation !== this.host.store.get("chat"))
      this.host.store.set("chat", next.conversation ?? "");
    if (!next.left && this.state.left) this.host.store.set("left", "");
    this.state = next;
    // Commands whose entries have arrived are no longer kept.
    if (next.outbox.length !== this.outbox.list.length) this.outbox.change([...next.outbox]);
    else this.onChange();
  }

  private set(part: Partial<State>): void {
    this.state = { ...this.state, ...part };
    this.onChange();
  }
}

function feedback(rating?: number, comment?: string): { rating?: number; comment?: string } {
  return { ...(rating ? { rating } : {}), ...(comment?.trim() ? { comment: comment.trim() } : {}) };
}

/** `<conversation>:<seq>` of storage, if it is about this conversation. */
function seenOf(stored: string, conversation: string): number {
  const [id, seq] = stored.split(":");
  return conversation && id === conversation ? Number(seq) || 0 : 0;
}

function page(): WidgetPage {
  return {
    // Without the fragment, where sites put what is nobody else's business.
    url: location.href.replace(/#.*/, "").slice(0, 2000),
    title: document.title.slice(0, 200),
    referrer: document.referrer.slice(0, 2000),
    language: navigator.language,
    time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
}

function socket({ origin, channel }: Host): Wire {
  const url = `${origin.replace(/^http/, "ws")}/api/v1/widget/socket?channel=${encodeURIComponent(channel)}`;
  return new WebSocket(url) as unknown as Wire;
}
