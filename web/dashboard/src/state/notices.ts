// One short message at a time at the corner of the window.
import { signal } from "@preact/signals";
import { systemClock } from "../../../shared/src/clock.ts";
import { explain } from "../api.ts";

const SHOWN_FOR = 6_000;

export const notice = signal<string | null>(null);
let cancel = () => {};

export function notify(text: string): void {
  cancel();
  notice.value = text;
  cancel = systemClock.after(SHOWN_FOR, dismiss);
}

export function notifyFailure(error: unknown): void {
  notify(explain(error));
}

export function dismiss(): void {
  cancel();
  notice.value = null;
}
