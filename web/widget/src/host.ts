// What the loader hands to the panel.
import type { Identity } from "../../shared/src/protocol.gen.ts";
import type { Kit } from "./kit.ts";
import type { Store } from "./storage.ts";

export interface Host {
  root: ShadowRoot;
  /** The launcher button; the panel takes over its click and its label. */
  button: HTMLButtonElement;
  /** The unread count on the launcher. */
  badge: HTMLElement;
  /** Public key of the channel. */
  channel: string;
  /** The server's origin: where the loader came from. */
  origin: string;
  /** A customer known to the site, with the proof its server made. */
  identity: Identity | null;
  store: Store;
  kit: Kit;
  /** Fetches the panel or a part of it, in the visitor's language; a further try after a failure is a real one. */
  fetch<Module>(name: string): Promise<Module>;
  /** Tells the page what happens. */
  emit: Emit;
}

/** What a page can hear of, and what it is told with it. */
export interface ChatEvents {
  open: undefined;
  close: undefined;
  /** Somebody wrote, while the page was there to hear it. */
  message: { from: "customer" | "bot" | "agent"; name?: string; text: string };
  /** How many messages the customer has not seen. */
  unread: number;
  /** `none`, `bot`, `waiting`, `agent` or `ended`. */
  status: string;
}

export type Emit = <Name extends keyof ChatEvents>(name: Name, detail: ChatEvents[Name]) => void;

/** What the server tells every page of a channel. */
export interface Settings {
  colour: string;
  /** A language's code; `auto`: the visitor's browser decides. */
  language: string;
  proactive: Rule[];
}

/** Says `text` after this time on pages that fit `url`; `id` names the rule for good. */
export interface Rule {
  id: string;
  text: string;
  after_seconds: number;
  url: string;
}

/** What the panel offers to the loader. */
export interface Panel {
  open(): void;
  setOpen(open: boolean): void;
  toggle(): void;
  identify(identity: Identity | null): void;
  /** Shows this beside the launcher unless the chat is open. */
  nudge(text: string): void;
}
