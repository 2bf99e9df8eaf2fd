import { beforeEach, expect, test } from "vitest";
import { ManualClock } from "./clock.ts";
import type { DashboardCommand, DashboardEvent } from "./protocol.gen.ts";
import { CommandError, Connection, ConnectionLost, type Wire } from "./socket.ts";

class FakeWire implements Wire {
  sent: Record<string, unknown>[] = [];
  closed = false;
  onopen: Wire["onopen"] = null;
  onmessage: Wire["onmessage"] = null;
  onclose: Wire["onclose"] = null;
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.closed = true;
  }
  say(frame: object) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  last() {
    return this.sent[this.sent.length - 1] ?? {};
  }
}

let clock: ManualClock;
let wires: FakeWire[];
let states: string[];
let retryAfterRefusal: boolean;
let connection: Connection<DashboardCommand, DashboardEvent>;

const turn = () => Promise.resolve().then(() => Promise.resolve());
const wire = () => wires[wires.length - 1] as FakeWire;

async function welcomed(): Promise<FakeWire> {
  await turn();
  wire().onopen?.();
  wire().say({ type: "welcome", ref: wire().last().ref });
  return wire();
}

beforeEach(() => {
  clock = new ManualClock();
  wires = [];
  states = [];
  retryAfterRefusal = true;
  connection = new Connection<DashboardCommand, DashboardEvent>({
    clock,
    dial: () => {
      wires.push(new FakeWire());
      return wire();
    },
    hello: async () => ({ ticket: `ticket ${wires.length + 1}` }),
    probe: () => ({ type: "presence", status: "online" }),
    onEvent: () => {},
    onState: (state) => states.push(state.kind),
    onRefused: () => retryAfterRefusal,
  });
  connection.start();
});

test("says hello first and is online after the welcome", async () => {
  await welcomed();
  expect(wire().sent).toEqual([{ type: "hello", ticket: "ticket 1", ref: "1" }]);
  expect(states).toEqual(["connecting", "online"]);
});

test("each command gets its own answer", async () => {
  await welcomed();
  const first = connection.request({ type: "subscribe", scope: "s_1" });
  const second = connection.request({ type: "resolve", conversation: "c_1", client_id: "x" });
  wire().say({ type: "error", ref: "3", code: "not_assignee", message: "no", details: {} });
  wire().say({ type: "ok", ref: "2" });
  await expect(first).resolves.toMatchObject({ type: "ok" });
  await expect(second).rejects.toMatchObject({ code: "not_assignee" });
  await expect(second).rejects.toBeInstanceOf(CommandError);
});

test("a lost line rejects what is open and is dialled again, later each time", async () => {
  await welcomed();
  const open = connection.request({ type: "subscribe", scope: "s_1" });
  wire().onclose?.({ code: 1006 });
  await expect(open).rejects.toBeInstanceOf(ConnectionLost);
  await expect(connection.request({ type: "subscribe", scope: "s_1" })).rejects.toBeInstanceOf(
    ConnectionLost,
  );
  const pauses: number[] = [];
  for (let attempt = 0; attempt < 7; attempt++) {
    if (connection.state.kind !== "waiting") throw new Error(connection.state.kind);
    pauses.push(connection.state.at - clock.now());
    clock.advance(connection.state.at - clock.now());
    await turn();
    wire().onclose?.({ code: 1006 });
  }
  expect(pauses).toEqual([375, 750, 1500, 3000, 6000, 11250, 11250]);
});

test("a command that is not answered in ten seconds ends a line that only seems to live", async () => {
  const dead = await welcomed();
  const open = connection.request({ type: "subscribe", scope: "s_1" });
  clock.advance(9_999);
  dead.say({ type: "presence", scope: "s_1", member: "m_1", status: "away" });
  expect(connection.state.kind).toBe("online");
  clock.advance(1);
  await expect(open).rejects.toBeInstanceOf(ConnectionLost);
  expect(dead.closed).toBe(true);
  expect(connection.state.kind).toBe("waiting");
});

test("a silent line is asked, and given up when the question stays unanswered", async () => {
  const silent = await welcomed();
  clock.advance(25_000);
  expect(silent.last()).toMatchObject({ type: "presence" });
  silent.say({ type: "ok", ref: silent.last().ref });
  clock.advance(25_000);
  expect(connection.state.kind).toBe("online");
  clock.advance(10_000);
  expect(connection.state.kind).toBe("waiting");
});

test("no welcome in ten seconds counts as a failed attempt", async () => {
  await turn();
  wire().onopen?.();
  clock.advance(10_000);
  expect(connection.state.kind).toBe("waiting");
});

test("a refused hello is tried again or not, as the caller says", async () => {
  retryAfterRefusal = false;
  await turn();
  wire().onopen?.();
  wire().say({ type: "error", ref: "1", code: "invalid_token", message: "no" });
  await turn();
  expect(connection.state).toEqual({ kind: "stopped", code: "invalid_token" });
});

test("a draining server is left alone for as long as it asks", async () => {
  await welcomed();
  wire().say({ type: "draining", retry_after_ms: 4_000 });
  wire().onclose?.({ code: 1012 });
  clock.advance(3_999);
  await turn();
  expect(wires).toHaveLength(1);
  clock.advance(2_001);
  await turn();
  expect(wires).toHaveLength(2);
});

test("trying now does not wait, and waking up asks whether the line holds", async () => {
  await welcomed();
  wire().onclose?.({ code: 1006 });
  connection.start();
  await welcomed();
  expect(wires).toHaveLength(2);
  clock.advance(5_000);
  connection.wake();
  expect(wire().last()).toMatchObject({ type: "presence" });
});

test("a replaced session stays away", async () => {
  await welcomed();
  wire().onclose?.({ code: 4009 });
  clock.advance(100_000);
  expect(connection.state).toEqual({ kind: "stopped", code: "replaced" });
  expect(wires).toHaveLength(1);
});
