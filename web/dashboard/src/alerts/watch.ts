// Watches what the server tells and sounds the alerts that are wanted.
import { systemClock } from "../../../shared/src/clock.ts";
import type { DashboardEvent, Row } from "../../../shared/src/protocol.gen.ts";
import { alerts as words } from "../../../shared/src/text/alerts.ts";
import { onRead } from "../state/chat.ts";
import { onEvent } from "../state/connection.ts";
import { activeRow, advance } from "../state/rows.ts";
import { seenUpTo } from "../state/seen.ts";
import { me } from "../state/session.ts";
import { type AlertKind, alertFor, isWanted } from "./decide.ts";
import { closeShown, show } from "./desktop.ts";
import { speaks, takePart } from "./elect.ts";
import { alertSettings, renewPush } from "./settings.ts";
import { play } from "./sound.ts";

/** What somebody looks at is seen by then, in whichever tab, and needs no alert. Milliseconds. */
const PATIENCE = 600;
/** A crowd that comes at once is one sound. Milliseconds. */
const PAUSE = 2_000;

const known = new Map<string, Row>();
let lastSound = 0;
/** For whom this page has said that it is told by push. */
let renewedFor = "";

function heard(row: Row): void {
  const kind = alertFor(known.get(row.id), row, me.peek()?.id ?? "");
  learn(row);
  if (kind && isWanted(kind, alertSettings.peek(), systemClock.now()))
    systemClock.after(PATIENCE, () => {
      // Somebody else was faster.
      if (kind === "unassigned" && activeRow(row.id)?.status !== "queued") return;
      alert(kind, row.id, row.version, title(kind, row.contact.name), row.preview?.text ?? row.first_text);
    });
}

function named({ conversation, seq, by, text }: Extract<DashboardEvent, { type: "mentioned" }>): void {
  if (!isWanted("mention", alertSettings.peek(), systemClock.now())) return;
  systemClock.after(PATIENCE, () => alert("mention", conversation, seq, words.named(by.name), text));
}

function learn(row: Row): void {
  if (row.status === "ended") known.delete(row.id);
  else known.set(row.id, row);
}

function alert(kind: AlertKind, conversation: string, version: number, title: string, text: string): void {
  const settings = alertSettings.peek();
  const now = systemClock.now();
  if (!speaks() || seenUpTo(conversation) >= version) return;
  if (settings.sound && now - lastSound >= PAUSE) {
    lastSound = now;
    play(kind).catch(() => {});
  }
  if (settings.desktop && !document.hasFocus()) {
    show(title, text, conversation).catch(() => {});
  }
}

function title(kind: AlertKind, customer: string): string {
  if (kind === "unassigned") return words.isWaiting(customer);
  return kind === "given" ? words.gave(customer) : words.wrote(customer);
}

/** Begins to watch. What was there before is nothing new. */
export function watchForAlerts(): void {
  takePart();
  onRead((conversation) => closeShown(conversation).catch(() => {}));
  onEvent((event) => {
    if (event.type === "welcome" && event.member.id !== renewedFor) {
      renewedFor = event.member.id;
      renewPush().catch(() => {});
    } else if (event.type === "snapshot") event.rows.forEach(learn);
    else if (event.type === "rows") event.rows.forEach(heard);
    else if (event.type === "mentioned") named(event);
    else if (event.type === "entry") {
      // Sessions that have a chat open hear of its messages by the entry alone.
      const row = known.get(event.conversation);
      if (row) heard(advance(row, event.entry));
    }
  });
}
