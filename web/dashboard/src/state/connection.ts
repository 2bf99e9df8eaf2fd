// The dashboard's one socket. Other modules listen for events and send commands through here.
import { computed, signal } from "@preact/signals";
import { systemClock } from "../../../shared/src/clock.ts";
import type { DashboardCommand, DashboardEvent, OkFrame } from "../../../shared/src/protocol.gen.ts";
import { CommandError, Connection, type ConnectionState, type Wire } from "../../../shared/src/socket.ts";
import { ApiError, call, learn } from "../api.ts";

type Listener = (event: DashboardEvent) => void;

const BANNER_AFTER = 2_000;
const CONNECTED_FOR = 2_000;

const listeners: Listener[] = [];
/** What the probe repeats; saying again what is so changes nothing. */
let presence: "online" | "away" = "online";

export const connectionState = signal<ConnectionState>({ kind: "stopped", code: null });
export const online = computed(() => connectionState.value.kind === "online");
/** The line has been gone long enough to say so. */
export const offlineShown = signal(false);
/** The line has just come back after it was said to be gone. */
export const backOnline = signal(false);

const connection = new Connection<DashboardCommand, DashboardEvent>({
  clock: systemClock,
  dial: () => {
    const address = new URL("/api/v1/dashboard/socket", location.href);
    address.protocol = address.protocol.replace("http", "ws");
    return new WebSocket(address) as Wire;
  },
  hello: () => call<{ ticket: string }>("POST", "/session/ticket"),
  probe: () => ({ type: "presence", status: presence }),
  onEvent: (event) => {
    for (const listener of listeners) listener(event);
  },
  onState: changed,
  onRefused: (error) => {
    if (error instanceof ApiError) return error.status !== 401 && error.status !== 403;
    return !(error instanceof CommandError && error.code === "forbidden");
  },
});

let cancelBanner: (() => void) | null = null;

function changed(state: ConnectionState): void {
  connectionState.value = state;
  if (state.kind === "online") {
    cancelBanner?.();
    cancelBanner = null;
    if (offlineShown.value) {
      backOnline.value = true;
      systemClock.after(CONNECTED_FOR, () => {
        backOnline.value = false;
      });
    }
    offlineShown.value = false;
  } else if (!cancelBanner) {
    cancelBanner = systemClock.after(BANNER_AFTER, () => {
      offlineShown.value = true;
    });
  }
}

export function onEvent(listener: Listener): void {
  listeners.push(listener);
}

/** Sends a command; rejects with `CommandError` or `ConnectionLost`. */
export async function request<Answer extends OkFrame = OkFrame>(command: DashboardCommand): Promise<Answer> {
  try {
    return await connection.request<Answer>(command);
  } catch (error) {
    if (error instanceof CommandError) await learn(error.code);
    throw error;
  }
}

export function keepPresence(status: "online" | "away"): void {
  presence = status;
}

/** Sends a command whose failure matters to nobody. */
export function tell(command: DashboardCommand): void {
  request(command).catch(() => {});
}

export function connect(): void {
  connection.start();
}

export function disconnect(): void {
  connection.stop();
}

export function wake(): void {
  connection.wake();
}

window.addEventListener("online", wake);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") wake();
});
