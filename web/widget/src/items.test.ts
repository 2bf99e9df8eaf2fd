import { describe, expect, it } from "vitest";
import { type Item, items } from "./items.ts";
import { initialState, onStatus, onWelcome, type State } from "./state.ts";
import { agent, begun, bot, ended, entry, waiting, welcome } from "./testing.ts";

const NOW = Date.UTC(2026, 0, 1, 13);

function state(part: Parameters<typeof welcome>[0] = {}): State {
  return onWelcome(initialState(), welcome(part), NOW, false) as State;
}

/** One word for each thing that is shown. */
function told(shown: Item[]): string[] {
  return shown.map((item) => {
    if (item.kind === "message") return `${item.from}: ${item.text}${item.state && ` (${item.state})`}`;
    if (item.kind === "event") return item.text.replace(/ · .*/, "");
    return item.kind === "replies" ? item.options.join("|") : item.kind;
  });
}

describe("items", () => {
  it("brings files along, by id while they are on their way", () => {
    const command = { type: "start" as const, client_id: "id-1", text: "", attachments: ["f_1"] };
    const before = { ...state(), outbox: [{ command, at: NOW, mark: "waiting" as const }] };
    const file = { id: "f_1", name: "a.png", type: "image/png" as const, size: 9 };
    const body = { kind: "message" as const, text: "", attachments: [file] };
    const entries = [...begun(), entry(4, "contact", body, "id-1")];
    const after = state({ conversation: "c_1", entries, status: bot });
    const files = (of: State) => {
      const mine = items(of, NOW).find((item) => item.key === "id-1");
      return mine?.kind === "message" ? mine.files : null;
    };
    expect([files(before), files(after)]).toEqual([["f_1"], [file]]);
  });

  it("greets before anything is stored, with answers to click", () => {
    expect(told(items(state(), NOW))).toEqual(["bot: Hello!", "Opening hours"]);
  });

  it("keeps the nodes of the greeting and of the first message when they become entries", () => {
    const command = { type: "start" as const, client_id: "id-1", text: "Hi" };
    const before = { ...state(), outbox: [{ command, at: NOW, mark: "waiting" as const }] };
    const after = state({ conversation: "c_1", entries: begun("id-1"), status: bot });
    expect(told(items(before, NOW))).toEqual(["bot: Hello!", "me: Hi (sending)"]);
    expect(items(before, NOW).map(({ key }) => key)).toEqual(items(after, NOW).map(({ key }) => key));
  });

  it("offers the bot's answers only under its last words", () => {
    const offer = entry(4, "bot", { kind: "message", text: "Which?", quick_replies: ["A", "B"] });
    const asked = state({ conversation: "c_1", entries: [...begun(), offer], status: bot });
    expect(told(items(asked, NOW)).at(-1)).toBe("A|B");
    const said = state({
      conversation: "c_1",
      entries: [...begun(), offer, entry(5, "contact", "A")],
      status: bot,
    });
    expect(told(items(said, NOW)).at(-1)).toBe("me: A");
  });

  it("puts the place in the queue where the wait began, and only while waiting", () => {
    const entries = [
      ...begun(),
      entry(4, "contact", { kind: "handed_off", reason: "customer" }),
      entry(5, "contact", "Still there?"),
    ];
    const queued = state({ conversation: "c_1", entries, status: waiting });
    expect(told(items(queued, NOW)).slice(2)).toEqual([
      "You asked for a human",
      "queue",
      "me: Still there? (sent)",
    ]);
    const taken = [...entries, entry(6, "Sam", { kind: "joined", from: "queued" })];
    const joined = state({ conversation: "c_1", entries: taken, status: agent });
    expect(told(items(joined, NOW)).slice(2)).toEqual([
      "You asked for a human",
      "me: Still there? (sent)",
      "Sam joined the chat",
    ]);
  });

  it("marks what the team has read and what is only sent", () => {
    const entries = [
      ...begun(),
      entry(4, "contact", "one"),
      entry(5, "Sam", "yes"),
      entry(6, "contact", "two"),
    ];
    const shown = state({ conversation: "c_1", entries, status: agent, reads: { member: 5 } });
    expect(told(items(shown, NOW)).slice(1)).toEqual(
      ["me: Hi", "me: one (read)", "Sam: yes", "me: two (sent)"].map((line) =>
        line.replace("Sam:", "member:"),
      ),
    );
  });

  it("shows nothing of entries that are not for the customer, and who did what", () => {
    const entries = [
      ...begun(),
      { ...entry(4, "Sam", { kind: "hidden" }), by: undefined },
      entry(5, "Sam", { kind: "taken_over", from: "bot" }),
      entry(6, "Sam", { kind: "transferred", to_name: "Mara" }),
      entry(7, "bot", { kind: "requeued", reason: "assignee_gone" }),
      entry(8, "Sam", { kind: "handed_back" }),
      entry(9, "Sam", { kind: "ended", reason: "resolved" }),
    ];
    const shown = state({ conversation: "c_1", entries, status: ended });
    expect(told(items(shown, NOW)).slice(2)).toEqual([
      "Sam joined the chat",
      "Mara now helps you",
      "We are finding someone else for you. You keep your place",
      "The assistant is back",
      "Sam resolved this chat",
      "closing",
    ]);
  });

  it("says who is typing, and that the chat is being ended", () => {
    const typing = { kind: "member" as const, name: "Sam" };
    const command = { type: "end" as const, client_id: "id" };
    const now = state({ conversation: "c_1", entries: begun(), status: agent });
    const shown = items({ ...now, typing, outbox: [{ command, at: NOW, mark: "waiting" }] }, NOW);
    expect(shown.find(({ key }) => key === "typing")).toMatchObject({ by: "Sam is typing", text: "" });
    expect(told(shown).at(-1)).toBe("Ending the chat…");
  });

  it("turns the page for a new chat, and back when the old one is taken up again", () => {
    const old = state({
      conversation: "c_1",
      entries: [...begun(), entry(4, "Sam", { kind: "ended", reason: "resolved" })],
      status: ended,
    });
    const left = { ...old, left: "c_1" };
    expect(told(items(left, NOW))).toEqual(["bot: Hello!", "Opening hours"]);
    expect(told(items(onStatus(left, agent), NOW))).toHaveLength(3);
  });
});
