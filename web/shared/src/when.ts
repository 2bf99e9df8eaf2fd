// Times and durations in words. Times are UTC milliseconds; they are shown in the reader's time zone unless another is
// given.

import { locale } from "./chosen.ts";
import { units } from "./text.ts";

const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
const dayMonth = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
const dayMonthYear = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric" });
const dayKey = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit" });

/** 14:07 */
export function clockTime(at: number): string {
  return clock.format(at);
}

/** The clock time in another place: 14:07; empty when the zone is unknown to the browser. */
export function clockTimeIn(zone: string, at: number): string {
  try {
    return new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", timeZone: zone }).format(at);
  } catch {
    return "";
  }
}

/** One value per calendar day. */
export function dayOf(at: number): string {
  return dayKey.format(at);
}

/** 2 Oct, with the year when it is another one than that of `now`. */
export function date(at: number, now: number): string {
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return (sameYear ? dayMonth : dayMonthYear).format(at);
}

/** The clock time today, the date before. */
export function timeOrDate(at: number, now: number): string {
  return dayOf(at) === dayOf(now) ? clockTime(at) : date(at, now);
}

/** A wait as m:ss, from an hour on as h:mm:ss. */
export function wait(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/** 38 s, 12 min 04 s, 3 h 05 min */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  if (seconds < 60) return units.seconds(String(seconds));
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return units.minutes(String(minutes), two(seconds % 60));
  return units.hours(String(Math.floor(minutes / 60)), two(minutes % 60));
}
