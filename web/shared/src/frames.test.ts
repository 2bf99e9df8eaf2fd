import { expect, test } from "vitest";
import type {
  DashboardCommand,
  DashboardEvent,
  ErrorFrame,
  OkFrame,
  OpenedFrame,
  WidgetCommand,
  WidgetEvent,
} from "./protocol.gen.ts";
import { append, items, lastSeq, noEntries, resume } from "./thread.ts";

/** The frames that the server's own tests pin; see tests/it/frames.rs. */
const files = import.meta.glob<{ type: string }>("../../../tests/fixtures/frames/*.json", {
  eager: true,
  import: "default",
});

const frames = new Map(
  Object.entries(files).map(([path, frame]) => [path.replace(/^.*\/|\.json$/g, ""), frame]),
);

function frame<T>(name: string): T {
  const found = frames.get(name);
  if (!found) throw new Error(`no golden frame is called ${name}`);
  return found as T;
}

function typesOf(prefix: string): string[] {
  const found = [...frames].filter(([name]) => name.startsWith(prefix)).map(([, { type }]) => type);
  return [...new Set(found)].sort();
}

// A type that the compiler knows and this list does not is an error, and the other way round.
const dashboardSays: Record<DashboardCommand["type"], true> = {
  hello: true,
  subscribe: true,
  unsubscribe: true,
  open: true,
  close: true,
  send: true,
  note: true,
  tag: true,
  untag: true,
  join: true,
  take_over: true,
  transfer: true,
  resolve: true,
  activate: true,
  typing: true,
  read: true,
  presence: true,
  looking: true,
};
const widgetSays: Record<WidgetCommand["type"], true> = {
  hello: true,
  start: true,
  send: true,
  request_human: true,
  leave_message: true,
  end: true,
  feedback: true,
  typing: true,
  read: true,
};
const dashboardHears: Record<DashboardEvent["type"], true> = {
  welcome: true,
  snapshot: true,
  rows: true,
  entry: true,
  typing: true,
  read: true,
  viewers: true,
  customer: true,
  delivery: true,
  presence: true,
  mentioned: true,
  draining: true,
};
const widgetHears: Record<WidgetEvent["type"], true> = {
  welcome: true,
  entry: true,
  status: true,
  typing: true,
  read: true,
  draining: true,
};

test("there is a golden frame of every type", () => {
  expect(typesOf("dashboard-says-")).toEqual(Object.keys(dashboardSays).sort());
  expect(typesOf("widget-says-")).toEqual(Object.keys(widgetSays).sort());
  expect(typesOf("dashboard-hears-")).toEqual(Object.keys(dashboardHears).sort());
  expect(typesOf("widget-hears-")).toEqual(Object.keys(widgetHears).sort());
  expect(typesOf("both-hear-")).toEqual(["error", "ok"]);
});

test("a member's thread takes what open answers and the entry after it", () => {
  const opened = frame<OpenedFrame>("both-hear-opened");
  const thread = resume(noEntries, opened.entries);
  expect(thread && lastSeq(thread)).toBe(opened.last_seq);
  const event = frame<Extract<DashboardEvent, { type: "entry" }>>("dashboard-hears-entry");
  const longer = thread && append(thread, event.entry);
  expect(longer && lastSeq(longer)).toBe(event.entry.seq);
  const texts = items(longer ?? noEntries, () => "today").flatMap((item) =>
    item.kind === "text" ? [item.role] : [],
  );
  expect(texts).toEqual(["bot", "contact", "member", "note"]);
});

test("a customer's thread takes welcome, without what is hidden", () => {
  const welcome = frame<Extract<WidgetEvent, { type: "welcome" }>>("widget-hears-welcome");
  const thread = resume(noEntries, welcome.entries);
  expect(thread && lastSeq(thread)).toBe(7);
  const shown = items(thread ?? noEntries, () => "today").flatMap((item) =>
    item.kind === "text" ? [item.text] : [],
  );
  expect(shown).toEqual(["Hello!", "Where is my order?", "I look, Zoë 👋"]);
  const event = frame<Extract<WidgetEvent, { type: "entry" }>>("widget-hears-entry");
  expect(thread && append(thread, event.entry)).toBe(thread);
});

test("answers carry what their commands need", () => {
  expect(frame<OkFrame>("both-hear-ok-written")).toMatchObject({ ref: "7", seq: 5, version: 5 });
  expect(frame<ErrorFrame>("both-hear-error").details?.assignee?.name).toBe("Sam Ortega");
  expect(frame<ErrorFrame>("both-hear-error-limited").details?.retry_after_ms).toBe(400);
  expect(frame<ErrorFrame>("both-hear-error-unread").ref).toBeNull();
});
