import { expect, test } from "vitest";
import {
  dayIn,
  durationChange,
  inUnit,
  labelled,
  level,
  niceTop,
  ratingChange,
  short,
  unitFor,
} from "./figures.ts";

test("durations read in the unit that keeps them short", () => {
  expect(short(null)).toBe("–");
  expect(short(38_400)).toBe("38 s");
  expect(short(179_000)).toBe("179 s");
  expect(short(444_000)).toBe("7.4 min");
  expect(short(5 * 3_600_000)).toBe("5 h");
  expect(inUnit(90_000, unitFor(900_000))).toBe("1.5");
});

test("shorter is better, and higher stars are", () => {
  expect(durationChange(69_000, 100_000)).toEqual({ text: "31% shorter", good: true });
  expect(durationChange(150_000, 100_000)).toEqual({ text: "50% longer", good: false });
  expect(durationChange(100_000, 100_100)).toEqual({ text: "no change", good: null });
  expect(durationChange(5, null)).toBeNull();
  expect(ratingChange(4.5, 4.6)).toEqual({ text: "0.1 lower", good: false });
  expect(ratingChange(4.51, 4.5)).toEqual({ text: "no change", good: null });
});

test("axes end at round numbers and name a few places", () => {
  expect([0, 7, 10, 10.5, 104, 171, 230].map(niceTop)).toEqual([1, 8, 10, 12, 120, 200, 300]);
  expect(labelled(1, 7)).toEqual([0]);
  expect(labelled(14, 8)).toEqual([1, 3, 5, 7, 9, 11, 13]);
  expect(labelled(90, 7)).toHaveLength(6);
});

test("hours are as dark as they are busy", () => {
  expect([0, 1, 10, 11, 40].map((count) => level(count, 40))).toEqual([0, 1, 1, 2, 4]);
  expect(level(0, 0)).toBe(0);
});

test("days are those of the scope", () => {
  const at = Date.UTC(2026, 10, 21, 23, 30);
  expect(dayIn("Europe/Berlin", at)).toBe("2026-11-22");
  expect(dayIn("America/New_York", at, 21)).toBe("2026-10-31");
  expect(dayIn("Mars/Olympus", at)).toBe("2026-11-21");
});
