// One short message at a time at the corner of the window.
import { signal } from "@preact/signals";
import { systemClock } from "../../../shared/src/clock.ts";
import { explain } from "../api.ts";

const SHOWN_FOR = 6_000;

export interface NoticeAction {
  name: string;
  run: () => void;
}

export interface Notice {
  text: string;
  action?: NoticeAction;
}

export const notice = signal<Notice | null>(null);
let cancel = () => {};

/** `action`: what can be done about it; does not last longer than the notice. */
export function notify(text: string, action?: NoticeAction): void {
  cancel();
  notice.value = action ? { text, action } : { text };
  cancel = systemClock.after(SHOWN_FOR, dismiss);
}

export function notifyFailure(error: unknown): void {
  notify(explain(error));
}

export function dismiss(): void {
  cancel();
  notice.value = null;
}
