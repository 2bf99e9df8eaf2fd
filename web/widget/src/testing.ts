// What the tests of the widget share: frames in short, and a server that a test speaks for.
import { ManualClock } from "../../shared/src/clock.ts";
import type {
  ContactBody,
  ContactEntry,
  WidgetStatus,
  WidgetWelcome,
} from "../../shared/src/protocol.gen.ts";
import type { Wire } from "../../shared/src/socket.ts";
import { Chat } from "./chat.ts";
import type { Host } from "./host.ts";
import { Store } from "./storage.ts";

type By = "contact" | "bot" | "Sam";

export function entry(seq: number, by: By, body: ContactBody | string, clientId?: string): ContactEntry {
  return {
    seq,
    at: Date.UTC(2026, 0, 1, 12, seq),
    by: by === "Sam" ? { kind: "member", name: by } : { kind: by },
    ...(clientId ? { client_id: clientId } : {}),
    body: typeof body === "string" ? { kind: "message", text: body } : body,
  };
}

/** A chat with the bot: opened, greeting, the customer's first words. */
export function begun(clientId?: string): ContactEntry[] {
  return [
    entry(1, "contact", { kind: "opened", first_text: "Hi", start: "bot" }),
    entry(2, "bot", "Hello!"),
    entry(3, "contact", "Hi", clientId),
  ];
}

export const none: WidgetStatus = { status: "none", human_button: false, agents_online: 1 };
export const bot: WidgetStatus = { ...none, status: "bot" };
export const waiting: WidgetStatus = { ...none, status: "waiting", position: 2, estimate_ms: 60_000 };
export const agent: WidgetStatus = { ...none, status: "agent", agent: { name: "Sam" }, online: true };
export const ended: WidgetStatus = { ...none, status: "ended", reason: "resolved", can_rate: true };

export function welcome(part: Partial<WidgetWelcome> = {}): WidgetWelcome & { type: "welcome" } {
  return {
    type: "welcome",
    ref: "1",
    protocol: 1,
    visitor_token: "token",
    contact: {},
    channel: {
      id: "ch_1",
      name: "Shop",
      title: "Shop",
      colour: "#1f6b4a",
      greeting: { text: "Hello!", quick_replies: ["Opening hours"] },
      human_after: 3,
    },
    conversation: null,
    entries: [],
    resync: false,
    more: false,
    status: none,
    reads: { member: 0 },
    server_time: Date.UTC(2026, 0, 1),
    ...part,
  };
}

type Frame = { type: string; ref: string; client_id?: string; text?: string; after?: number } & Record<
  string,
  unknown
>;

/** A chat whose server is the test: `heard` is what the widget said on the newest connection. */
export class Rig {
  readonly clock = new ManualClock();
  readonly store = new Store("key");
  readonly chat: Chat;
  heard: Frame[] = [];
  /** What the page was told. */
  emitted: [string, unknown][] = [];
  dials = 0;
  private wire: Wire | undefined;

  constructor(identity: Host["identity"] = null) {
    const host = {
      origin: "https://chat.example",
      channel: "key",
      identity,
      store: this.store,
      emit: (name: string, detail: unknown) => this.emitted.push([name, detail]),
    } as unknown as Host;
    this.chat = new Chat(
      host,
      () => {},
      this.clock,
      () => this.dial(),
    );
  }

  /** Connects and is welcomed. */
  async join(part: Partial<WidgetWelcome> = {}): Promise<void> {
    this.chat.start();
    await this.settle();
    this.open();
    this.say(welcome({ ...part, ref: this.heard[0]?.ref ?? "" }));
    await this.settle();
  }

  /** The socket is open: the widget says hello. */
  open(): void {
    this.wire?.onopen?.();
  }

  say(frame: object): void {
    this.wire?.onmessage?.({ data: JSON.stringify(frame) });
  }

  enter(conversation: string, ...entries: ContactEntry[]): void {
    for (const one of entries) this.say({ type: "entry", conversation, entry: one });
  }

  /** Answers the newest command of this type. */
  async answer(type: string, frame: object = { type: "ok" }): Promise<void> {
    const { ref } = this.last(type);
    this.say({ details: {}, message: "", ...frame, ref });
    await this.settle();
  }

  last(type: string): Frame {
    const found = this.said(type).at(-1);
    if (!found) throw new Error(`nothing said of type ${type}`);
    return found;
  }

  said(type: string): Frame[] {
    return this.heard.filter((frame) => frame.type === type);
  }

  /** The line breaks; the next one is dialled when its time has come. */
  async cut(): Promise<void> {
    this.wire?.onclose?.({ code: 1006 });
    await this.settle();
  }

  /** Lets promises run. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  }

  private dial(): Wire {
    this.dials++;
    this.heard = [];
    const heard = this.heard;
    this.wire = {
      send: (text) => heard.push(JSON.parse(text)),
      close() {},
      onopen: null,
      onmessage: null,
      onclose: null,
    };
    return this.wire;
  }
}
