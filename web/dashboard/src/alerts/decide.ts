// What is worth an alert? Pure: a row before and after, and who reads.
import type { Row } from "../../../shared/src/protocol.gen.ts";

/**
 * `unassigned`: somebody begins to wait. `mine`: a customer wrote in an own chat. `given`: a chat became the reader's.
 * `mention`: a note names the reader.
 */
export type AlertKind = "unassigned" | "mine" | "given" | "mention";

export interface AlertSettings {
  sound: boolean;
  desktop: boolean;
  unassigned: boolean;
  mine: boolean;
  mention: boolean;
  /** Also while no page is in view, by the server. */
  push: boolean;
  /** Do not disturb until then, UTC milliseconds; 0 = not. */
  quietUntil: number;
}

/** Sounds are on; notifications need a permission that is asked for in the settings. */
export const usual: AlertSettings = {
  sound: true,
  desktop: false,
  unassigned: true,
  mine: true,
  mention: true,
  push: false,
  quietUntil: 0,
};

/** "Until I switch it off". */
export const forEver = Number.MAX_SAFE_INTEGER;

export function alertFor(before: Row | undefined, row: Row, me: string): AlertKind | null {
  if (before && before.version >= row.version) return null;
  if (row.status === "queued") return before?.status === "queued" ? null : "unassigned";
  if (row.status !== "assigned" || row.assignee?.id !== me) return null;
  if (before?.assignee?.id !== me) return "given";
  const wrote = row.preview?.by === "contact" && row.last_at > before.last_at;
  return wrote ? "mine" : null;
}

export function isWanted(kind: AlertKind, settings: AlertSettings, now: number): boolean {
  if (settings.quietUntil > now) return false;
  return settings[kind === "given" ? "mine" : kind];
}

/** Eight in the morning of the next day, where the reader is. */
export function tomorrowAtEight(now: number): number {
  const day = new Date(now);
  day.setDate(day.getDate() + 1);
  day.setHours(8, 0, 0, 0);
  return day.getTime();
}
