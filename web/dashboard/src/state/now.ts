// The time by the server's clock, in steps of a second, for what shows how long something has lasted.
import { signal } from "@preact/signals";
import { systemClock } from "../../../shared/src/clock.ts";

let offset = 0;

export const now = signal(systemClock.now());

/** UTC milliseconds by the server's clock. */
export function serverTime(): number {
  return systemClock.now() + offset;
}

export function setServerTime(time: number): void {
  offset = time - systemClock.now();
  now.value = time;
}

function tick(): void {
  now.value = serverTime();
  systemClock.after(1000 - (now.value % 1000), tick);
}

tick();
