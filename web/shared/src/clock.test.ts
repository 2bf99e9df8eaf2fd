import { expect, test } from "vitest";
import { ManualClock } from "./clock.ts";

test("a manual clock runs what is due, in order, and nothing that was cancelled", () => {
  const clock = new ManualClock(0);
  const seen: string[] = [];
  clock.after(20, () => seen.push(`b at ${clock.now()}`));
  clock.after(10, () => {
    seen.push(`a at ${clock.now()}`);
    clock.after(5, () => seen.push(`c at ${clock.now()}`));
  });
  clock.after(12, () => seen.push("never"))();
  clock.advance(15);
  expect(seen).toEqual(["a at 10", "c at 15"]);
  clock.advance(100);
  expect(seen).toEqual(["a at 10", "c at 15", "b at 20"]);
  expect(clock.now()).toBe(115);
});
