import { beforeEach, describe, expect, it, vi } from "vitest";
import { isEnded, isFresh, unread } from "./state.ts";
import { agent, begun, bot, ended, entry, Rig } from "./testing.ts";

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});

describe("hello", () => {
  it("has no token at first, keeps the one it gets, and never puts it into an address", async () => {
    const rig = new Rig();
    await rig.join();
    expect(rig.last("hello").visitor_token).toBeUndefined();
    expect(rig.store.get("token")).toBe("token");
    const later = new Rig();
    await later.join();
    expect(later.last("hello").visitor_token).toBe("token");
  });

  it("resumes after the last entry when the line comes back", async () => {
    const rig = new Rig();
    await rig.join({ conversation: "c_1", entries: begun(), status: bot });
    await rig.cut();
    rig.clock.advance(1000);
    await rig.join({ conversation: "c_1", entries: [entry(4, "bot", "Yes?")], status: bot });
    expect(rig.last("hello").after).toBe(3);
    expect(rig.chat.state.thread.entries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });

  it("drops a token the server does not know and tries again as somebody new", async () => {
    localStorage.setItem("switchboard:key:token", "stale");
    const rig = new Rig();
    rig.chat.start();
    await rig.settle();
    rig.open();
    await rig.answer("hello", { type: "error", code: "invalid_token" });
    rig.clock.advance(1000);
    await rig.join();
    expect(rig.last("hello").visitor_token).toBeUndefined();
    expect(rig.chat.state.line).toBe("online");
  });

  it("forgets the customer before when another one has logged in", async () => {
    const rig = new Rig({ external_id: "42" });
    await rig.join({ conversation: "c_1", entries: begun(), status: bot });
    const other = new Rig({ external_id: "43" });
    await other.join();
    expect(other.last("hello").visitor_token).toBeUndefined();
    expect(other.last("hello").identity).toEqual({ external_id: "43" });
  });
});

describe("writing", () => {
  it("starts a conversation with the first message and adds the next ones in order, one at a time", async () => {
    const rig = new Rig();
    await rig.join();
    rig.chat.write("Hi");
    rig.chat.write("there");
    expect(rig.said("start").map(({ text }) => text)).toEqual(["Hi"]);
    expect(rig.said("send")).toEqual([]);
    rig.enter("c_1", ...begun(rig.last("start").client_id));
    await rig.answer("start");
    expect(rig.said("send").map(({ text }) => text)).toEqual(["there"]);
    rig.enter("c_1", entry(4, "contact", "there", rig.last("send").client_id));
    await rig.answer("send");
    expect(rig.chat.state.outbox).toEqual([]);
    expect(sessionStorage.getItem("switchboard:key:outbox")).toBe("[]");
  });

  it("keeps what is not acknowledged over a reload, and repeats it under the same id", async () => {
    const rig = new Rig();
    await rig.join({ conversation: "c_1", entries: begun(), status: bot });
    rig.chat.write("lost?");
    const { client_id } = rig.last("send");
    const reloaded = new Rig();
    expect(reloaded.chat.state.outbox).toHaveLength(1);
    await reloaded.join({ conversation: "c_1", entries: begun(), status: bot });
    expect(reloaded.last("send")).toMatchObject({ client_id, text: "lost?" });
  });

  it("does not send again what the history shows as arrived", async () => {
    const rig = new Rig();
    await rig.join({ conversation: "c_1", entries: begun(), status: bot });
    rig.chat.write("arrived");
    const { client_id } = rig.last("send");
    await rig.cut();
    rig.clock.advance(1000);
    await rig.join({
      conversation: "c_1",
      entries: [entry(4, "contact", "arrived", client_id)],
      status: bot,
    });
    expect(rig.said("send")).toEqual([]);
    expect(rig.chat.state.outbox).toEqual([]);
  });

  it("waits as long as the server asks when it was too quick, and keeps the order", async () => {
    const rig = new Rig();
    await rig.join({ conversation: "c_1", entries: begun(), status: bot });
    rig.chat.write("one");
    rig.chat.write("two");
    await rig.answer("send", { type: "error", code: "rate_limited", details: { retry_after_ms: 3000 } });
    expect(rig.chat.state.paused).toBe(true);
    rig.clock.advance(2999);
    expect(rig.said("send")).toHaveLength(1);
    rig.clock.advance(1);
    expect(rig.chat.state.paused).toBe(false);
    expect(rig.said("send").map(({ text }) => text)).toEqual(["one", "one"]);
    await rig.answer("send");
    expect(rig.last("send").text).toBe("two");
  });

  it("marks what is refused for good, and tries it again or drops it as the customer says", async () => {
    const rig = new Rig();
    await rig.join({ conversation: "c_1", entries: begun(), status: bot });
    rig.chat.write("bad");
    const clientId = rig.last("send").client_id as string;
    await rig.answer("send", { type: "error", code: "bad_request" });
    expect(rig.chat.state.outbox[0]).toMatchObject({ mark: "failed", why: "bad_request" });
    rig.chat.retry(clientId);
    expect(rig.chat.state.outbox[0]?.why).toBe(undefined);
    expect(rig.said("send")).toHaveLength(2);
    await rig.answer("send", { type: "error", code: "bad_request" });
    rig.chat.discard(clientId);
    expect(rig.chat.state.outbox).toEqual([]);
  });

  it("gives the texts back when the chat has ended, and starts a new one with them", async () => {
    const rig = new Rig();
    await rig.join({ conversation: "c_1", entries: begun(), status: agent });
    rig.chat.write("one");
    rig.chat.write("two");
    rig.chat.setDraft("three");
    rig.say({ type: "status", ...ended });
    await rig.answer("send", { type: "error", code: "ended" });
    expect(rig.chat.state).toMatchObject({ draft: "one\ntwo\nthree", held: true, outbox: [] });
    expect(isEnded(rig.chat.state)).toBe(true);
    rig.chat.newChat(true);
    expect(rig.last("start").text).toBe("one\ntwo\nthree");
    expect(rig.chat.state.draft).toBe("");
  });

  it("does not end or ask twice while the first time is under way", async () => {
    const rig = new Rig();
    await rig.join({ conversation: "c_1", entries: begun(), status: bot });
    rig.chat.askHuman();
    rig.chat.askHuman();
    expect(rig.said("request_human")).toHaveLength(1);
    await rig.answer("request_human");
    rig.chat.end(4, " fine ");
    rig.chat.end();
    expect(rig.said("end")).toEqual([expect.objectContaining({ rating: 4, comment: "fine" })]);
  });

  it("tells that the customer types, now and then", async () => {
    const rig = new Rig();
    await rig.join({ conversation: "c_1", entries: begun(), status: agent });
    rig.chat.setDraft("a");
    rig.chat.setDraft("ab");
    expect(rig.said("typing")).toHaveLength(1);
    rig.clock.advance(4000);
    rig.chat.setDraft("abc");
    expect(rig.said("typing")).toHaveLength(2);
  });
});

describe("what the server says", () => {
  it("asks again for what is missing when a number is left out", async () => {
    const rig = new Rig();
    await rig.join({ conversation: "c_1", entries: begun(), status: bot });
    rig.enter("c_1", entry(5, "bot", "gap"));
    await rig.join({
      conversation: "c_1",
      entries: [entry(4, "bot", "was missing"), entry(5, "bot", "gap")],
      status: bot,
    });
    expect(rig.dials).toBe(2);
    expect(rig.last("hello")).toMatchObject({ conversation: "c_1", after: 3 });
    expect(rig.chat.state.thread.entries).toHaveLength(5);
  });

  it("takes everything anew when another tab is in another conversation", async () => {
    const rig = new Rig();
    await rig.join({ conversation: "c_1", entries: begun(), status: bot });
    rig.enter("c_2", entry(7, "bot", "elsewhere"));
    await rig.join({ conversation: "c_2", entries: [...begun(), entry(4, "bot", "Yes?")], status: bot });
    expect(rig.last("hello").after).toBeUndefined();
    expect(rig.chat.state).toMatchObject({ conversation: "c_2" });
    expect(rig.chat.state.thread.entries).toHaveLength(4);
  });

  it("follows when another tab begins a new chat", async () => {
    const rig = new Rig();
    await rig.join({
      conversation: "c_1",
      entries: [...begun(), entry(4, "Sam", { kind: "ended", reason: "resolved" })],
      status: ended,
    });
    rig.enter("c_2", ...begun());
    expect(rig.chat.state.conversation).toBe("c_2");
    expect(isEnded(rig.chat.state)).toBe(false);
    expect(isFresh(rig.chat.state)).toBe(false);
  });

  it("fetches the earlier part when asked", async () => {
    const rig = new Rig();
    await rig.join({ conversation: "c_1", entries: [entry(4, "bot", "late")], more: true, status: bot });
    rig.chat.earlier();
    await rig.join({ conversation: "c_1", entries: [...begun(), entry(4, "bot", "late")], status: bot });
    expect(rig.last("hello").after).toBe(0);
    expect(rig.chat.state.thread).toMatchObject({ more: false });
    expect(rig.chat.state.thread.entries).toHaveLength(4);
  });

  it("forgets who is typing after 6 seconds, and at their message", async () => {
    const rig = new Rig();
    await rig.join({ conversation: "c_1", entries: begun(), status: agent });
    const typing = { type: "typing", by: { kind: "member", name: "Sam" }, on: true };
    rig.say(typing);
    expect(rig.chat.state.typing?.name).toBe("Sam");
    rig.clock.advance(6000);
    expect(rig.chat.state.typing).toBeNull();
    rig.say(typing);
    rig.enter("c_1", entry(4, "Sam", "Hello"));
    expect(rig.chat.state.typing).toBeNull();
  });

  it("says after 2 seconds that the line is gone, not before", async () => {
    const rig = new Rig();
    await rig.join();
    await rig.cut();
    rig.clock.advance(1999);
    expect(rig.chat.state.line).toBe("online");
    rig.clock.advance(1);
    expect(rig.chat.state.line).toBe("lost");
  });

  it("stops when the server does not want this page, and says why to the site's developer", async () => {
    const warned = vi.spyOn(console, "warn").mockImplementation(() => {});
    const rig = new Rig();
    rig.chat.start();
    await rig.settle();
    rig.open();
    await rig.answer("hello", { type: "error", code: "origin_denied" });
    rig.clock.advance(60_000);
    expect(rig.chat.state.line).toBe("refused");
    expect(warned).toHaveBeenCalledWith("Switchboard: origin_denied");
    expect(rig.dials).toBe(1);
  });
});

describe("reading", () => {
  it("counts what came while minimised, until the panel is opened; then the team is told once", async () => {
    const rig = new Rig();
    await rig.join({ conversation: "c_1", entries: begun(), status: agent });
    expect(unread(rig.chat.state)).toHaveLength(1);
    rig.chat.setOpen(true);
    expect(unread(rig.chat.state)).toEqual([]);
    rig.enter("c_1", entry(4, "Sam", "one"), entry(5, "Sam", "two"));
    rig.clock.advance(1000);
    expect(rig.said("read")).toEqual([expect.objectContaining({ seq: 5 })]);
    rig.chat.setOpen(false);
    rig.enter("c_1", entry(6, "Sam", "three"));
    expect(unread(rig.chat.state)).toHaveLength(1);
  });

  it("remembers over a reload what was seen", async () => {
    const rig = new Rig();
    await rig.join({ conversation: "c_1", entries: begun(), status: agent });
    rig.chat.setOpen(true);
    const reloaded = new Rig();
    await reloaded.join({ conversation: "c_1", entries: begun(), status: agent });
    expect(unread(reloaded.chat.state)).toEqual([]);
  });
});

describe("the site", () => {
  it("is told what happens, once each, and nothing of the past", async () => {
    const rig = new Rig();
    await rig.join({ conversation: "c_1", entries: begun(), status: bot });
    rig.enter("c_1", entry(4, "bot", "Yes?"), entry(5, "contact", "Hm"), entry(6, "Sam", "Hello"));
    rig.say({ type: "status", ...agent });
    rig.say({ type: "status", ...agent });
    rig.chat.setOpen(true);
    rig.chat.setOpen(true);
    rig.chat.setOpen(false);
    expect(rig.emitted).toEqual([
      ["status", "bot"],
      ["message", { from: "bot", name: undefined, text: "Yes?" }],
      ["message", { from: "customer", name: undefined, text: "Hm" }],
      ["message", { from: "agent", name: "Sam", text: "Hello" }],
      ["status", "agent"],
      ["open", undefined],
      ["close", undefined],
    ]);
  });

  it("may say later who the customer is: a stranger's chat goes on", async () => {
    const rig = new Rig();
    await rig.join({ conversation: "c_1", entries: begun(), status: bot });
    rig.chat.identify({ external_id: "42" });
    await rig.join({ conversation: "c_1", entries: [], status: bot });
    expect(rig.last("hello")).toMatchObject({
      visitor_token: "token",
      after: 3,
      identity: { external_id: "42" },
    });
    expect(rig.chat.state.thread.entries).toHaveLength(3);
  });

  it("says that it is somebody else, or nobody: nothing of the one before is left", async () => {
    const rig = new Rig({ external_id: "42" });
    await rig.join({ conversation: "c_1", entries: begun(), status: bot });
    rig.chat.setDraft("secret");
    rig.chat.identify(null);
    expect(rig.chat.state).toMatchObject({ conversation: null, draft: "", thread: { entries: [] } });
    await rig.join();
    expect(rig.last("hello").visitor_token).toBeUndefined();
    expect(rig.last("hello").identity).toBeUndefined();
    expect(rig.store.getTab("draft")).toBe("");
  });
});
