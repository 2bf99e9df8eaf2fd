import { beforeEach, expect, test } from "vitest";
import { ManualClock } from "../../shared/src/clock.ts";
import { StrayGuard } from "./stray.ts";

let clock: ManualClock;
let acted: string[];
let written: string[];
let guard: StrayGuard;

beforeEach(() => {
  clock = new ManualClock();
  acted = [];
  written = [];
  guard = new StrayGuard(
    clock,
    (key) => acted.push(key),
    (text) => written.push(text),
  );
});

test("a letter on its own acts, a quarter of a second later", () => {
  guard.press("e");
  clock.advance(249);
  expect(acted).toEqual([]);
  clock.advance(1);
  expect(acted).toEqual(["e"]);
  expect(written).toEqual([]);
});

test("fast typing acts on nothing and is kept as text", () => {
  for (const key of "Hello") {
    guard.press(key);
    clock.advance(100);
  }
  expect(guard.interrupt()).toBe(true);
  clock.advance(1_000);
  expect(acted).toEqual([]);
  expect(written).toEqual(["Hello"]);
});

test("typing that just stops is kept too", () => {
  guard.press("o");
  guard.press("k");
  clock.advance(250);
  expect(written).toEqual(["ok"]);
  guard.press("e");
  clock.advance(250);
  expect(acted).toEqual(["e"]);
});
