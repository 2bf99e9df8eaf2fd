import { describe, expect, it } from "vitest";
import {
  initialState,
  isEnded,
  isFresh,
  mayRate,
  onEntry,
  onStatus,
  onWelcome,
  type State,
} from "./state.ts";
import { agent, begun, bot, ended, entry, welcome } from "./testing.ts";

function state(part: Parameters<typeof welcome>[0] = {}): State {
  return onWelcome(initialState(), welcome(part), 0, false) as State;
}

const running = state({ conversation: "c_1", entries: begun(), status: agent });
const over = state({
  conversation: "c_1",
  entries: [...begun(), entry(4, "Sam", { kind: "ended", reason: "resolved" })],
  status: ended,
});

describe("welcome", () => {
  it("adds what was missed, and replaces everything when told to or in another conversation", () => {
    const seqs = (next: State | null) => next?.thread.entries.map(({ seq }) => seq);
    const missed = welcome({ conversation: "c_1", entries: [entry(4, "Sam", "a")], status: agent });
    expect(seqs(onWelcome(running, missed, 0, false))).toEqual([1, 2, 3, 4]);
    const late = { ...missed, entries: [entry(9, "Sam", "a")] };
    expect(seqs(onWelcome(running, { ...late, resync: true }, 0, false))).toEqual([9]);
    expect(seqs(onWelcome(running, { ...late, conversation: "c_2" }, 0, false))).toEqual([9]);
    expect(onWelcome(running, late, 0, false)).toBeNull();
  });

  it("forgets what was seen of another conversation", () => {
    const other = welcome({ conversation: "c_2", entries: begun(), status: bot });
    expect(onWelcome({ ...running, seen: 3 }, other, 0, false)?.seen).toBe(0);
    expect(
      onWelcome({ ...running, seen: 3 }, welcome({ conversation: "c_1", status: agent }), 0, false)?.seen,
    ).toBe(3);
  });
});

describe("entries", () => {
  it("come once and without gaps", () => {
    const next = onEntry(running, {
      type: "entry",
      conversation: "c_1",
      entry: entry(4, "Sam", "a"),
    }) as State;
    expect(onEntry(next, { type: "entry", conversation: "c_1", entry: entry(4, "Sam", "a") })?.thread).toBe(
      next.thread,
    );
    expect(onEntry(next, { type: "entry", conversation: "c_1", entry: entry(6, "Sam", "b") })).toBeNull();
  });
});

describe("the end", () => {
  it("keeps what the customer is writing, and closes the sheet", () => {
    const writing = onStatus({ ...running, draft: "wait", sheet: true }, ended);
    expect(writing).toMatchObject({ held: true, draft: "wait", sheet: false });
    expect(onStatus(running, ended).held).toBe(false);
  });

  it("may be rated once, while the server allows it, and not after the customer ended it", () => {
    expect(mayRate(over)).toBe(true);
    expect(mayRate({ ...over, rated: "c_1:4" })).toBe(false);
    expect(mayRate(onStatus(over, { ...ended, can_rate: false } as State["status"]))).toBe(false);
    expect(mayRate(onStatus(over, { ...ended, reason: "customer" } as State["status"]))).toBe(false);
    expect(mayRate(running)).toBe(false);
  });

  it("is left by a new chat until the old one is taken up again", () => {
    const left = { ...over, left: "c_1" };
    expect([isFresh(left), isEnded(left)]).toEqual([true, false]);
    const again = onStatus(left, agent);
    expect([isFresh(again), isEnded(again), again.left]).toEqual([false, false, ""]);
  });
});
