// Opening hours as the settings page edits them. Pure.

export interface Interval {
  from: string;
  to: string;
}

export interface Holiday {
  date: string;
  name: string;
  open: Interval[];
}

export interface Hours {
  /** Seven days, Monday first. */
  week: Interval[][];
  holidays: Holiday[];
}

export const INTERVALS_MAX = 8;

/** What a week begins with that had no hours before. */
export function usualHours(): Hours {
  const day = (): Interval[] => [{ from: "09:00", to: "17:00" }];
  return { week: [day(), day(), day(), day(), day(), [], []], holidays: [] };
}

/** What people type as a time of day, as `HH:MM`; `null` when it is none. `24:00` is the end of a day. */
export function readTime(text: string): string | null {
  const found = /^\s*(\d{1,2})(?:[:.h]?([0-5]\d))?\s*$/.exec(text);
  if (!found) return null;
  const hours = Number(found[1]);
  const minutes = Number(found[2] ?? 0);
  if (hours * 60 + minutes > 24 * 60) return null;
  return `${String(hours).padStart(2, "0")}:${String(minutes).padStart(2, "0")}`;
}

/** The same hours with one day changed. */
export function withDay(hours: Hours, day: number, open: Interval[]): Hours {
  return { ...hours, week: hours.week.map((old, at) => (at === day ? open : old)) };
}

/** What follows the last interval of a day: an hour later, as far as the day goes. */
export function nextInterval(open: readonly Interval[]): Interval {
  const last = open.at(-1);
  const [from, to] = [readTime(last?.from ?? ""), readTime(last?.to ?? "")];
  if (!from || !to || to <= from || to >= "22:00") return { from: "09:00", to: "17:00" };
  const hour = Number(to.slice(0, 2));
  const text = (at: number) => `${String(Math.min(at, 24)).padStart(2, "0")}:00`;
  return { from: text(hour + 1), to: text(hour + 5) };
}

/** With every time as the server reads it; `null` when one is none, or an interval has no length. */
export function sound(hours: Hours): Hours | null {
  let fine = true;
  const interval = ({ from, to }: Interval): Interval => {
    const [first, last] = [readTime(from), readTime(to)];
    if (!first || !last || first === last || first === "24:00") fine = false;
    return { from: first ?? from, to: last ?? to };
  };
  const week = hours.week.map((day) => day.map(interval));
  const holidays = hours.holidays
    .map((holiday) => ({ ...holiday, open: holiday.open.map(interval) }))
    .sort((one, other) => one.date.localeCompare(other.date));
  return fine ? { week, holidays } : null;
}
