// Watches what the server tells and sounds the alerts that are wanted.
import { systemClock } from "../../../shared/src/clock.ts";
import type { Row } from "../../../shared/src/protocol.gen.ts";
import { alerts as words } from "../../../shared/src/text/alerts.ts";
import { onEvent } from "../state/connection.ts";
import { activeRow, advance } from "../state/rows.ts";
import { seenUpTo } from "../state/seen.ts";
import { me } from "../state/session.ts";
import { type AlertKind, alertFor, isWanted } from "./decide.ts";
import { show } from "./desktop.ts";
import { speaks, takePart } from "./elect.ts";
import { alertSettings } from "./settings.ts";
import { play } from "./sound.ts";

/** What somebody looks at is seen by then, in whichever tab, and needs no alert. Milliseconds. */
const PATIENCE = 600;
/** A crowd that comes at once is one sound. Milliseconds. */
const PAUSE = 2_000;

const known = new Map<string, Row>();
let lastSound = 0;

function heard(row: Row): void {
  const kind = alertFor(known.get(row.id), row, me.peek()?.id ?? "");
  learn(row);
  if (kind && isWanted(kind, alertSettings.peek(), systemClock.now()))
    systemClock.after(PATIENCE, () => alert(kind, row));
}

function learn(row: Row): void {
  if (row.status === "ended") known.delete(row.id);
  else known.set(row.id, row);
}

function alert(kind: AlertKind, row: Row): void {
  const settings = alertSettings.peek();
  const now = systemClock.now();
  if (!speaks() || seenUpTo(row.id) >= row.version) return;
  // Somebody else was faster.
  if (kind === "unassigned" && activeRow(row.id)?.status !== "queued") return;
  if (settings.sound && now - lastSound >= PAUSE) {
    lastSound = now;
    play(kind).catch(() => {});
  }
  if (settings.desktop && !document.hasFocus()) {
    show(title(kind, row.contact.name), row.preview?.text ?? row.first_text, row.id).catch(() => {});
  }
}

function title(kind: AlertKind, customer: string): string {
  if (kind === "unassigned") return words.isWaiting(customer);
  return kind === "given" ? words.gave(customer) : words.wrote(customer);
}

/** Begins to watch. What was there before is nothing new. */
export function watchForAlerts(): void {
  takePart();
  onEvent((event) => {
    if (event.type === "snapshot") event.rows.forEach(learn);
    else if (event.type === "rows") event.rows.forEach(heard);
    else if (event.type === "entry") {
      // Sessions that have a chat open hear of its messages by the entry alone.
      const row = known.get(event.conversation);
      if (row) heard(advance(row, event.entry));
    }
  });
}
