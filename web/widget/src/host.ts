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
  /** Fetches one of our scripts by its path; a further try after a failure is a real one. */
  fetch<Module>(path: string): Promise<Module>;
}

/** What the panel offers to the loader. */
export interface Panel {
  open(): void;
}
