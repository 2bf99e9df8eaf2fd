import { expect, test } from "vitest";
import { plural } from "./plural.ts";
import { clockTimeIn, duration, wait } from "./when.ts";

test("waits and durations", () => {
  expect(wait(38_999)).toBe("0:38");
  expect(wait(161_000)).toBe("2:41");
  expect(wait(3_600_000 + 65_000)).toBe("1:01:05");
  expect(duration(724_000)).toBe("12 min 04 s");
  expect(duration(9_000)).toBe("9 s");
  expect(duration(3 * 3_600_000 + 5 * 60_000)).toBe("3 h 05 min");
});

test("the time in a place, or nothing for a place nobody knows", () => {
  expect(clockTimeIn("Europe/Berlin", Date.UTC(2026, 0, 1, 12))).toBe("13:00");
  expect(clockTimeIn("Nowhere/Land", 0)).toBe("");
});

test("plural forms", () => {
  expect(plural(1, { one: "# new message", other: "# new messages" })).toBe("1 new message");
  expect(plural(3, { one: "# new message", other: "# new messages" })).toBe("3 new messages");
});
