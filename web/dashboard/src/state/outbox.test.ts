// Through the real connection, with a fake server at the other end of a fake socket.
import { beforeEach, expect, test, vi } from "vitest";

type Frame = Record<string, unknown> & { type: string; ref: string };

class FakeSocket {
  static all: FakeSocket[] = [];
  sent: Frame[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor() {
    FakeSocket.all.push(this);
    queueMicrotask(() => this.onopen?.());
  }
  send(text: string) {
    const frame = JSON.parse(text) as Frame;
    this.sent.push(frame);
    if (frame.type === "hello") this.say({ type: "welcome", ref: frame.ref, ...welcome });
  }
  close() {}
  say(frame: object) {
    queueMicrotask(() => this.onmessage?.({ data: JSON.stringify(frame) }));
  }
  messages() {
    return this.sent.filter((frame) => frame.type === "send" || frame.type === "note");
  }
}

const member = { id: "m_sam", name: "Sam Ortega", email: "sam@shop.example" };
const welcome = { protocol: 1, member, scopes: [], server_time: Date.now() };

/** A page load: fresh modules over the same browser storage. */
async function load() {
  vi.resetModules();
  FakeSocket.all = [];
  const outbox = await import("./outbox.ts");
  const drafts = await import("./drafts.ts");
  const session = await import("./session.ts");
  await import("./scopes.ts");
  await session.logIn("sam@shop.example", "secret");
  const line = () => FakeSocket.all[FakeSocket.all.length - 1] as FakeSocket;
  await vi.waitFor(() => expect(line().sent[0]?.type).toBe("hello"));
  const connection = await import("./connection.ts");
  await vi.waitFor(() => expect(connection.online.value).toBe(true));
  return { ...outbox, ...drafts, line, connect: connection.connect, online: connection.online };
}

beforeEach(() => {
  localStorage.clear();
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("fetch", async (path: string) => ({
    ok: true,
    status: 200,
    text: async () =>
      JSON.stringify(path.endsWith("/ticket") ? { ticket: "t" } : { member, csrf_token: "c" }),
  }));
});

test("one message at a time and in order for a conversation, side by side for two", async () => {
  const page = await load();
  page.post("c_1", "reply", "one");
  page.post("c_1", "reply", "two");
  page.post("c_2", "note", "other");
  expect(
    page
      .line()
      .messages()
      .map((frame) => frame.text),
  ).toEqual(["one", "other"]);
  page.line().say({ type: "ok", ref: page.line().messages()[0]?.ref });
  await vi.waitFor(() =>
    expect(
      page
        .line()
        .messages()
        .map((frame) => frame.text),
    ).toContain("two"),
  );
});

test("what was not answered is sent again after a lost line, with the same id", async () => {
  const page = await load();
  page.post("c_1", "reply", "hello");
  const first = page.line().messages()[0];
  page.line().onclose?.({ code: 1006 });
  page.connect();
  await vi.waitFor(() => expect(FakeSocket.all.length).toBe(2));
  await vi.waitFor(() => expect(page.line().messages()[0]?.client_id).toBe(first?.client_id));
});

test("it survives a reload, and is forgotten once it is answered", async () => {
  const before = await load();
  before.post("c_1", "reply", "hello");
  const id = before.line().messages()[0]?.client_id;
  const after = await load();
  await vi.waitFor(() => expect(after.line().messages()[0]?.client_id).toBe(id));
  after.line().say({ type: "ok", ref: after.line().messages()[0]?.ref });
  await vi.waitFor(() => expect(after.outbox.value[0]?.state).toBe("sent"));
  const later = await load();
  expect(later.outbox.value).toEqual([]);
});

test("a lost claim is not sent again: its text becomes a note draft and the winner is named", async () => {
  const page = await load();
  page.post("c_1", "reply", "mine first");
  const details = { assignee: { id: "m_mara", name: "Mara Okafor" } };
  const { ref } = page.line().messages()[0] as Frame;
  page.line().say({ type: "error", ref, code: "already_assigned", message: "", details });
  await vi.waitFor(() => expect(page.claimLost.value.c_1?.name).toBe("Mara Okafor"));
  expect(page.draft("c_1", "note")).toBe("mine first");
  expect(page.outbox.value).toEqual([]);
});

test("cards go with their pictures, survive a reload, and come back to the writer when the claim is lost", async () => {
  const file = { id: "f_lamp", name: "lamp.png", type: "image/png", size: 9, width: 1, height: 1 } as const;
  const attachments = [{ ...file, id: "f_list", name: "list.png" }];
  const cards = [
    { card: { title: "A lamp", image: { file: file.id } }, file, until: Date.now() + 60_000 },
    { card: { title: "A shade" } },
  ];
  const before = await load();
  before.post("c_1", "reply", "", { attachments, cards });
  const page = await load();
  await vi.waitFor(() => expect(page.line().messages()).toHaveLength(1));
  const sent = page.line().messages()[0] as Frame;
  expect(sent.attachments).toEqual(["f_list", "f_lamp"]);
  expect(sent.cards).toEqual(cards.map(({ card }) => card));
  const { cardDrafts } = await import("./cardDrafts.ts");
  expect(cardDrafts("c_1")).toEqual([]);
  const details = { assignee: { id: "m_mara", name: "Mara Okafor" } };
  page.line().say({ type: "error", ref: sent.ref, code: "already_assigned", message: "", details });
  await vi.waitFor(() => expect(page.claimLost.value.c_1?.name).toBe("Mara Okafor"));
  expect(cardDrafts("c_1")).toEqual(cards);
  vi.setSystemTime(Date.now() + 60_001);
  const later = await load().then(() => import("./cardDrafts.ts"));
  const [lamp] = later.cardDrafts("c_1");
  expect(lamp, "the server has forgotten the picture").toEqual({ card: { title: "A lamp" } });
  vi.useRealTimers();
});

test("a reply still being typed when somebody else claims the chat becomes a note draft, too", async () => {
  const page = await load();
  page.setDraft("c_1", "reply", "I was about to");
  page.setDraft("c_2", "reply", "still mine");
  const row = { version: 9, status: "assigned", assignee: { id: "m_mara", name: "Mara Okafor" } };
  const own = { ...row, id: "c_2", assignee: { id: member.id, name: member.name } };
  page.line().say({ type: "rows", scope: "s_1", rows: [{ ...row, id: "c_1" }, own] });
  await vi.waitFor(() => expect(page.claimLost.value.c_1?.name).toBe("Mara Okafor"));
  expect(page.draft("c_1", "note")).toBe("I was about to");
  expect(page.draft("c_1", "reply")).toBe("");
  expect(page.draft("c_2", "reply")).toBe("still mine");
});

test("a refusal stays with its reason until the writer decides", async () => {
  const page = await load();
  page.post("c_1", "reply", "too late");
  const { ref, client_id } = page.line().messages()[0] as Frame;
  page.line().say({ type: "error", ref, code: "ended", message: "", details: {} });
  await vi.waitFor(() => expect(page.outbox.value[0]?.state).toBe("failed"));
  page.tryAgain(String(client_id));
  expect(page.line().messages()[1]?.client_id).toBe(client_id);
  page.remove(String(client_id));
  expect(page.outbox.value).toEqual([]);
});
