// Commands on their way: kept by the tab across reloads, sent one at a time in order, repeated under the same `client_id` until
// the server has acknowledged or refused them, so that nothing is lost, doubled or overtaken.
import type { Clock } from "../../shared/src/clock.ts";
import type { ErrorCode } from "../../shared/src/protocol.gen.ts";
import { CommandError } from "../../shared/src/socket.ts";
import type { Change, Outgoing } from "./state.ts";
import type { Store } from "./storage.ts";

/** Wait this long when the server names no time. Milliseconds. */
const PAUSE = 2000;

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
  onChange: (list: Outgoing[], paused: boolean) => void;
  /** Refused for good; `true` if the caller has dealt with it, else it is marked as failed. */
  onRefused: (command: Change, code: ErrorCode) => boolean;
}

export class Outbox {
  list: Outgoing[];
  readonly #options: OutboxOptions;
  /** The server asked us to wait. */
  #paused = false;
  #busy = false;
  #online = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.list = stored(options.store);
  }

  add(command: Change): void {
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
    this.#options.store.setTab("outbox", JSON.stringify(list.filter(({ mark }) => mark !== "done")));
    this.#options.onChange(list, this.#paused);
  }

  #pump(): void {
    const next = this.list.find(({ mark }) => mark === "waiting");
    if (!next || this.#busy || !this.#online || this.#paused) return;
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
        else if (!this.#options.onRefused(command, error.code))
          this.#mark(command.client_id, "failed", error.code);
        this.#pump();
      },
    );
  }

  #wait({ details }: CommandError): void {
    this.#setPaused(true);
    this.#options.clock.after(details.retry_after_ms ?? PAUSE, () => {
      this.#setPaused(false);
      this.#pump();
    });
  }

  #setPaused(paused: boolean): void {
    this.#paused = paused;
    this.#options.onChange(this.list, paused);
  }

  #mark(clientId: string, mark: Outgoing["mark"], why?: ErrorCode): void {
    const list = this.list.map((out) => (out.command.client_id === clientId ? { ...out, mark, why } : out));
    // A message stays until its entry arrives; the rest has no entry of its own to wait for.
    this.change(list.filter(({ command, mark }) => mark !== "done" || "text" in command));
  }
}

function stored(store: Store): Outgoing[] {
  try {
    return JSON.parse(store.getTab("outbox"));
  } catch {
    return [];
  }
}
