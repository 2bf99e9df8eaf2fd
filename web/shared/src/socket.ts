// One living connection to the server: says hello, matches answers to commands by `ref`, notices when the other side
// has gone silent, and comes back by itself. What was missed meanwhile is the caller's business (it resumes by
// `seq` after each welcome).
import type { Clock } from "./clock.ts";
import type { Details, ErrorCode, OkFrame } from "./protocol.gen.ts";

/** The first retry comes after half to all of this; each further one doubles up to `RETRY_MAX`. */
const RETRY_FIRST = 500;
const RETRY_MAX = 15_000;
/** A command, and the way from connecting to welcome, may take this long. */
const ANSWER_WITHIN = 10_000;
/** Browsers hide the server's pings, so a silence this long makes us ask; the answer is due in `ANSWER_WITHIN`. */
const ASK_AFTER = 25_000;
/** Nothing heard for this long: the line is dead, whatever the socket says. */
const SILENCE_MAX = 60_000;

/** The server said no. `code` is stable, `message` is for people. */
export class CommandError extends Error {
  code: ErrorCode;
  details: Details;
  constructor(code: ErrorCode, message: string, details: Details = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** The line went away before the answer came. The command may or may not have been carried out. */
export class ConnectionLost extends Error {}

export type ConnectionState =
  | { kind: "connecting" }
  | { kind: "online" }
  /** Will try again at `at` (UTC milliseconds). */
  | { kind: "waiting"; at: number }
  /** Will not try again by itself. */
  | { kind: "stopped"; code: ErrorCode | "replaced" | null };

/** What is needed of a WebSocket. */
export interface Wire {
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
}

export interface ConnectionOptions<Command extends { type: string }, Event extends { type: string }> {
  clock: Clock;
  dial: () => Wire;
  /** The fields of `hello`, asked for at each attempt. A rejection counts as a failed attempt. */
  hello: () => Promise<Omit<Extract<Command, { type: "hello" }>, "type">>;
  /** A command without effect, to learn whether anybody is there. */
  probe: () => Command;
  /** Everything that is not an answer; `welcome` comes first, after the state has become online. */
  onEvent: (event: Event) => void;
  onState: (state: ConnectionState) => void;
  /** `hello` was refused, by `dial`, `hello` or the server. True: try again later; false: stop. */
  onRefused: (error: unknown) => boolean;
}

interface Waiting {
  resolve: (ok: OkFrame) => void;
  reject: (error: Error) => void;
  cancel: () => void;
}

export class Connection<Command extends { type: string }, Event extends { type: string }> {
  state: ConnectionState = { kind: "stopped", code: null };
  readonly #options: ConnectionOptions<Command, Event>;
  #wire: Wire | null = null;
  #waiting = new Map<string, Waiting>();
  #nextRef = 1;
  #failures = 0;
  #heardAt = 0;
  #notBefore = 0;
  #cancelTimer = () => {};

  constructor(options: ConnectionOptions<Command, Event>) {
    this.#options = options;
  }

  /** Connects now, also when a retry is due later. Does nothing while connected. */
  start(): void {
    if (this.#wire || this.state.kind === "connecting") return;
    this.#cancelTimer();
    this.#become({ kind: "connecting" });
    this.#options.hello().then(
      (fields) => {
        if (this.state.kind === "connecting" && !this.#wire) this.#dial(fields);
      },
      (error) => {
        if (this.state.kind === "connecting" && !this.#wire) this.#refused(error);
      },
    );
  }

  /** Hangs up for good, until `start`. */
  stop(code: ErrorCode | "replaced" | null = null): void {
    this.#hangUp();
    this.#become({ kind: "stopped", code });
  }

  /** The tab or the network woke up: try at once, or find out whether the line still holds. */
  wake(): void {
    if (this.state.kind === "waiting") this.start();
    else if (this.state.kind === "online" && this.#silence() > RETRY_FIRST) this.#ask();
  }

  /** Sends a command. Rejects with `CommandError` or `ConnectionLost`. `Answer`: what `ok` holds for this one. */
  request<Answer extends OkFrame = OkFrame>(command: Command): Promise<Answer> {
    if (this.state.kind !== "online") return Promise.reject(new ConnectionLost());
    return this.#post(command) as Promise<Answer>;
  }

  #dial(fields: object): void {
    let wire: Wire;
    try {
      wire = this.#options.dial();
    } catch (error) {
      this.#refused(error);
      return;
    }
    this.#wire = wire;
    this.#cancelTimer = this.#options.clock.after(ANSWER_WITHIN, () => this.#lost());
    wire.onopen = () => {
      this.#post({ type: "hello", ...fields } as unknown as Command).catch((error) => {
        if (this.#wire === wire && error instanceof CommandError) {
          this.#hangUp();
          this.#refused(error);
        }
      });
    };
    wire.onmessage = (event) => {
      if (this.#wire === wire) this.#hear(event.data);
    };
    wire.onclose = (event) => {
      if (this.#wire !== wire) return;
      if (event.code === 4009) this.stop("replaced");
      else this.#lost();
    };
  }

  #post(command: Command): Promise<OkFrame> {
    const ref = String(this.#nextRef++);
    return new Promise((resolve, reject) => {
      const cancel = this.#options.clock.after(ANSWER_WITHIN, () => this.#lost());
      this.#waiting.set(ref, { resolve, reject, cancel });
      this.#wire?.send(JSON.stringify({ ...command, ref }));
    });
  }

  #hear(data: unknown): void {
    let frame: { type: string; ref?: string } & Record<string, unknown>;
    try {
      frame = JSON.parse(String(data));
    } catch {
      this.#lost();
      return;
    }
    this.#heardAt = this.#options.clock.now();
    const asked = frame.ref ? this.#waiting.get(frame.ref) : undefined;
    if (asked && frame.ref) {
      this.#waiting.delete(frame.ref);
      asked.cancel();
    }
    if (frame.type === "error") {
      const details = (frame.details ?? {}) as Details;
      asked?.reject(new CommandError(frame.code as ErrorCode, String(frame.message), details));
    } else if (frame.type === "ok") {
      asked?.resolve(frame as unknown as OkFrame);
    } else if (frame.type === "welcome") {
      this.#failures = 0;
      this.#cancelTimer();
      this.#watch();
      this.#become({ kind: "online" });
      this.#options.onEvent(frame as unknown as Event);
    } else {
      if (frame.type === "draining") {
        this.#notBefore = this.#heardAt + Number(frame.retry_after_ms) * (1 + this.#options.clock.random());
      }
      this.#options.onEvent(frame as unknown as Event);
    }
  }

  #watch(): void {
    this.#cancelTimer = this.#options.clock.after(ASK_AFTER, () => {
      if (this.#silence() >= SILENCE_MAX) {
        this.#lost();
        return;
      }
      if (this.#silence() >= ASK_AFTER) this.#ask();
      this.#watch();
    });
  }

  #ask(): void {
    this.request(this.#options.probe()).catch(() => {});
  }

  #silence(): number {
    return this.#options.clock.now() - this.#heardAt;
  }

  #refused(error: unknown): void {
    if (this.#options.onRefused(error)) this.#retry();
    else this.stop(error instanceof CommandError ? error.code : null);
  }

  #lost(): void {
    this.#hangUp();
    this.#retry();
  }

  #retry(): void {
    const { clock } = this.#options;
    const longest = Math.min(RETRY_MAX, RETRY_FIRST * 2 ** this.#failures++);
    const pause = longest * (0.5 + clock.random() / 2);
    const at = Math.max(clock.now() + pause, this.#notBefore);
    this.#cancelTimer();
    this.#cancelTimer = clock.after(at - clock.now(), () => this.start());
    this.#become({ kind: "waiting", at });
  }

  #hangUp(): void {
    this.#cancelTimer();
    const wire = this.#wire;
    this.#wire = null;
    wire?.close();
    const open = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const asked of open) {
      asked.cancel();
      asked.reject(new ConnectionLost());
    }
  }

  #become(state: ConnectionState): void {
    this.state = state;
    this.#options.onState(state);
  }
}
