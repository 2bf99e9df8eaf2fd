import { expect, test } from "vitest";
import { nextInterval, readTime, sound, usualHours, withDay } from "./hours.ts";

test("times are read as people type them", () => {
  for (const [typed, read] of [
    ["9", "09:00"],
    ["9:30", "09:30"],
    [" 17.45 ", "17:45"],
    ["0900", "09:00"],
    ["24:00", "24:00"],
  ] as const)
    expect(readTime(typed), typed).toBe(read);
  for (const wrong of ["", "25", "24:30", "9:60", "nine", "9-17"]) expect(readTime(wrong), wrong).toBeNull();
});

test("hours are sound when every interval is", () => {
  const hours = withDay(usualHours(), 5, [{ from: "10", to: "2" }]);
  expect(sound(hours)?.week[5]).toEqual([{ from: "10:00", to: "02:00" }]);
  expect(sound(withDay(hours, 5, [{ from: "10", to: "10:00" }]))).toBeNull();
  expect(sound(withDay(hours, 5, [{ from: "ten", to: "11" }]))).toBeNull();
});

test("closed days are in the order of the calendar", () => {
  const day = (date: string) => ({ date, name: "", open: [] });
  const hours = { ...usualHours(), holidays: [day("2027-01-01"), day("2026-12-25")] };
  expect(sound(hours)?.holidays.map(({ date }) => date)).toEqual(["2026-12-25", "2027-01-01"]);
});

test("more hours follow the last ones", () => {
  expect(nextInterval([{ from: "09:00", to: "12:30" }])).toEqual({ from: "13:00", to: "17:00" });
  expect(nextInterval([{ from: "9.30", to: "17" }])).toEqual({ from: "18:00", to: "22:00" });
  expect(nextInterval([])).toEqual({ from: "09:00", to: "17:00" });
  expect(nextInterval([{ from: "22:00", to: "02:00" }])).toEqual({ from: "09:00", to: "17:00" });
});
