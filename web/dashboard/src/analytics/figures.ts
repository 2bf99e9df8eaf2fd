// What the report says, and how its figures read. Pure.
import { locale } from "../../../shared/src/chosen.ts";
import { oneDigit } from "../../../shared/src/plural.ts";
import { analytics as words } from "../../../shared/src/text/reports.ts";

/** Milliseconds; `null` without any. */
export interface Spread {
  count: number;
  median: number | null;
  p90: number | null;
}

export interface Figures {
  chats: number;
  ended: number;
  wait: Spread;
  first_reply: Spread;
  handle: Spread;
  gave_up: number;
  feedback: { answers: number; average: number | null; stars: readonly number[] };
  bot: { chats: number; contained: number };
}

export interface Named {
  id: string;
  name: string;
  figures: Figures;
}

export interface Report {
  from: string;
  to: string;
  time_zone: string;
  current: Figures;
  before: Figures;
  days: readonly { day: string; figures: Figures }[];
  hours: readonly (readonly number[])[];
  channels: readonly Named[];
  members: readonly Named[];
}

export type SpreadName = "wait" | "first_reply" | "handle";

/** A unit that keeps numbers short, and how many milliseconds it has. */
export interface Unit {
  ms: number;
  short: string;
  long: string;
}

const units: Unit[] = [
  { ms: 1_000, short: words.s, long: words.secondsUnit },
  { ms: 60_000, short: words.min, long: words.minutesUnit },
  { ms: 3_600_000, short: words.h, long: words.hoursUnit },
];

/** The unit in which the longest of some durations has at most three digits. */
export function unitFor(longest: number): Unit {
  const fits = units.find((unit, index) => longest < unit.ms * 180 || index === units.length - 1);
  return fits as Unit;
}

/** 38, 7.4: whole seconds, else one digit behind the point. */
export function inUnit(ms: number, unit: Unit): string {
  return oneDigit(unit.ms === 1_000 ? Math.round(ms / unit.ms) : Math.round((ms / unit.ms) * 10) / 10);
}

/** 38 s, 7.4 min */
export function short(ms: number | null): string {
  if (ms === null) return words.none;
  const unit = unitFor(ms);
  return `${inUnit(ms, unit)} ${unit.short}`;
}

export interface Change {
  text: string;
  /** `null` when it is neither. */
  good: boolean | null;
}

/** A duration beside the one of before; shorter is better. `null` when there is nothing to compare. */
export function durationChange(now: number | null, before: number | null): Change | null {
  if (now === null || before === null || before === 0) return null;
  const part = (now - before) / before;
  if (Math.abs(part) < 0.005) return { text: words.same, good: null };
  return part < 0 ? { text: words.shorter(-part), good: true } : { text: words.longer(part), good: false };
}

/** An average of stars beside the one of before; higher is better. */
export function ratingChange(now: number | null, before: number | null): Change | null {
  if (now === null || before === null) return null;
  const by = now - before;
  if (Math.abs(by) < 0.05) return { text: words.same, good: null };
  return by > 0 ? { text: words.higher(by), good: true } : { text: words.lower(-by), good: false };
}

/** The top of an axis that begins at 0: the next of 1, 1.2, 1.6, 2, 3, 4, 5, 6, 8 or 10 times a power of ten, so that half of it is a short number. */
export function niceTop(highest: number): number {
  if (highest <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(highest));
  const step = [1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10].find((times) => times * power >= highest) ?? 10;
  return step * power;
}

/** Which of `count` places get a label, at most `most` of them: evenly spread, the last one always. */
export function labelled(count: number, most: number): number[] {
  const step = Math.max(1, Math.ceil((count - 1) / Math.max(1, most - 1)));
  const places: number[] = [];
  for (let place = count - 1; place >= 0; place -= step) places.unshift(place);
  return places;
}

/** How dark a cell of the hours is: 0 for none, else 1 to 4 by its share of the highest. */
export function level(count: number, highest: number): number {
  return count === 0 || highest === 0 ? 0 : Math.ceil((count / highest) * 4);
}

const dayMonth = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", timeZone: "UTC" });
const weekdayDay = new Intl.DateTimeFormat(locale, {
  weekday: "short",
  day: "numeric",
  month: "short",
  timeZone: "UTC",
});

/** 8 Nov */
export function dayLabel(day: string): string {
  return dayMonth.format(new Date(`${day}T00:00:00Z`));
}

/** Sun, 8 Nov */
export function longDay(day: string): string {
  return weekdayDay.format(new Date(`${day}T00:00:00Z`));
}

/** The day in another place, such as 2026-11-21, `ago` days earlier. */
export function dayIn(zone: string, at: number, ago = 0): string {
  const date = new Date(`${today(zone, at)}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - ago);
  return date.toISOString().slice(0, 10);
}

function today(zone: string, at: number): string {
  const parts = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
  try {
    return new Intl.DateTimeFormat("en-CA", { ...parts, timeZone: zone }).format(at);
  } catch {
    return new Intl.DateTimeFormat("en-CA", { ...parts, timeZone: "UTC" }).format(at);
  }
}
