// Commands on their way: kept across reloads, sent one at a time in order, repeated under the same `client_id` until
// the server has acknowledged or refused them, so that nothing is lost, doubled or overtaken.
import type { Clock } from "../../shared/src/clock.ts";
import type { ErrorCode } from "../../shared/src/protocol.gen.ts";
import { CommandError } from "../../shared/src/socket.ts";
import type { Change, Outgoing } from "./state.ts";
import type { Store } from "./storage.ts";

/** Wait this long when the server names no time. Milliseconds. */
const PAUSE = 2000;
/** Most commands kept across a reload. */
const KEEP = 100;

const LATER: readonly ErrorCode[] = [
  "rate_limited",
  "overloaded",
  "unavailable",
  "draining",
  "insufficient_storage",
];

export interface OutboxOptions {
  clock: Clock;
  store: Store;
  /** Rejects with `CommandError`, or with anything else when the line went away. */
  send: (command: Change) => Promise<unknown>;
  /** What waits has changed. */
  onChange: (list: Outgoing[], pause: "slow_down" | "busy" | null) => void;
  /** Refused for good; `true` if the caller has dealt with it, else it is marked as failed. */
  onRefused: (command: Change, code: ErrorCode) => boolean;
}

export class Outbox {
  list: Outgoing[];
  readonly #options: OutboxOptions;
  #pause: "slow_down" | "busy" | null = null;
  #busy = false;
  #online = false;
  #cancelPause = () => {};
  /** Every id this tab has handled; what else is stored belongs to other tabs. */
  readonly #known = new Set<string>();

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.list = stored(options.store);
    for (const { command } of this.list) this.#known.add(command.client_id);
  }

  add(command: Change): void {
    this.#known.add(command.client_id);
    this.change([...this.list, { command, at: this.#options.clock.now(), mark: "waiting" }]);
    this.#pump();
  }

  /** The connection came (`true`) or went. What was under way when it went is sent again. */
  setOnline(online: boolean): void {
    this.#online = online;
    if (online) this.#busy = false;
    this.#pump();
  }

  /** Tries a refused command again. */
  retry(clientId: string): void {
    this.#mark(clientId, "waiting");
    this.#pump();
  }

  /** Replaces what waits, after the caller has taken something out. */
  change(list: Outgoing[]): void {
    this.list = list;
    this.#save();
    this.#options.onChange(list, this.#pause);
  }

  #pump(): void {
    const next = this.list.find(({ mark }) => mark === "waiting");
    if (!next || this.#busy || !this.#online || this.#pause) return;
    this.#busy = true;
    const { command } = next;
    this.#options.send(command).then(
      () => {
        this.#busy = false;
        this.#mark(command.client_id, "done");
        this.#pump();
      },
      (error) => {
        // No answer: it stays first in line and goes again with the next connection.
        if (!(error instanceof CommandError)) return;
        this.#busy = false;
        if (LATER.includes(error.code)) this.#wait(error);
        else if (!this.#options.onRefused(command, error.code)) this.#mark(command.client_id, "failed");
        this.#pump();
      },
    );
  }

  #wait({ code, details }: CommandError): void {
    this.#pause = code === "rate_limited" ? "slow_down" : "busy";
    this.#cancelPause();
    this.#cancelPause = this.#options.clock.after(details.retry_after_ms ?? PAUSE, () => {
      this.#pause = null;
      this.#options.onChange(this.list, null);
      this.#pump();
    });
    this.#options.onChange(this.list, this.#pause);
  }

  #mark(clientId: string, mark: Outgoing["mark"]): void {
    // A message stays until its entry arrives; the rest has no entry of its own to wait for.
    const gone = (out: Outgoing) =>
      mark === "done" && out.command.type !== "send" && out.command.type !== "start";
    this.change(
      this.list
        .filter((out) => out.command.client_id !== clientId || !gone(out))
        .map((out) => (out.command.client_id === clientId ? { ...out, mark } : out)),
    );
  }

  #save(): void {
    const others = stored(this.#options.store).filter(({ command }) => !this.#known.has(command.client_id));
    const mine = this.list.filter(({ mark }) => mark !== "done");
    const all = [...others, ...mine].slice(-KEEP);
    this.#options.store.set("outbox", all.length ? JSON.stringify(all) : "");
  }
}

function stored(store: Store): Outgoing[] {
  try {
    const list: unknown = JSON.parse(store.get("outbox") || "[]");
    return Array.isArray(list) ? list.filter((out) => typeof out?.command?.client_id === "string") : [];
  } catch {
    return [];
  }
}
