// Time, injected: nothing else in web/ reads the clock, starts a timer or throws dice, so tests move the hands
// themselves.

export interface Clock {
  /** UTC milliseconds. */
  now(): number;
  /** Runs `action` once after `ms`; the answer cancels it. */
  after(ms: number, action: () => void): () => void;
  /** A number from 0 up to but not including 1. */
  random(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, action) {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};

/** A clock for tests that stands still until told to move. */
export class ManualClock implements Clock {
  time: number;
  private due: { at: number; action: () => void }[] = [];

  constructor(time = Date.UTC(2026, 0, 1)) {
    this.time = time;
  }

  now(): number {
    return this.time;
  }

  after(ms: number, action: () => void): () => void {
    const entry = { at: this.time + ms, action };
    this.due.push(entry);
    return () => {
      this.due = this.due.filter((other) => other !== entry);
    };
  }

  random(): number {
    return 0.5;
  }

  /** Moves on by `ms` and runs what falls due on the way, in order. */
  advance(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const next = this.due.filter((entry) => entry.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.due = this.due.filter((entry) => entry !== next);
      this.time = Math.max(this.time, next.at);
      next.action();
    }
    this.time = end;
  }
}
