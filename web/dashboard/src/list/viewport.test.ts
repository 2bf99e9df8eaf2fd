import { expect, test } from "vitest";
import { slice } from "./viewport.ts";

const seen = (top: number) => ({ top, height: 560 });

test("short sections are drawn whole", () => {
  expect(slice(60, 32, seen(9_999), 56)).toEqual({ from: 0, to: 60 });
});

test("long sections are drawn around what is in sight", () => {
  expect(slice(5_000, 32, seen(0), 56)).toEqual({ from: 0, to: 18 });
  expect(slice(5_000, 32, seen(56_032), 56)).toEqual({ from: 992, to: 1018 });
  expect(slice(5_000, 32, seen(999_999), 56)).toEqual({ from: 5_000, to: 5_000 });
});

test("a section out of sight below draws nothing", () => {
  expect(slice(5_000, 50_000, seen(0), 56)).toEqual({ from: 0, to: 0 });
});
