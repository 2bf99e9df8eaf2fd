import { afterEach, describe, expect, it } from "vitest";
import { formOf, initialState, lastSaid, onStatus, onWelcome, type State } from "./state.ts";
import { begun, bot, ended, none, Rig, waiting, welcome } from "./testing.ts";

const ASK = [{ key: "email", label: "", required: true }];

function asking(): NonNullable<ReturnType<typeof welcome>["channel"]> {
  return { ...welcome().channel, pre_chat: ASK };
}

afterEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});

describe("forms", () => {
  it("ask before the first message only, and only once", () => {
    const fresh = onWelcome(initialState(), welcome({ channel: asking() }), 0, false) as State;
    expect(formOf(fresh)).toBe("ask");
    expect(formOf({ ...fresh, about: {} })).toBe("");
    const going = welcome({ channel: asking(), conversation: "c_1", entries: begun(), status: bot });
    expect(formOf(onWelcome(initialState(), going, 0, false) as State)).toBe("");
    expect(formOf(onStatus(fresh, ended))).toBe("");
  });

  it("take a message at once where no assistant would answer and nobody is there", () => {
    const shut = { ...none, open: false, asking: "offline_form" as const };
    const channel = { ...welcome().channel, greeting: { text: "", quick_replies: [] } };
    expect(formOf(onWelcome(initialState(), welcome({ channel, status: shut }), 0, false) as State)).toBe(
      "offline",
    );
    expect(formOf(onWelcome(initialState(), welcome({ status: shut }), 0, false) as State)).toBe("");
  });

  it("begin with what the customer has written", () => {
    const going = welcome({ conversation: "c_1", entries: begun(), status: bot });
    const state = onWelcome(initialState(), going, 0, false) as State;
    expect(lastSaid(state)).toBe("Hi");
    expect(lastSaid({ ...state, draft: "And now?" })).toBe("And now?");
  });

  it("carry what the customer said of themselves with the first message", async () => {
    const rig = new Rig();
    await rig.join({ channel: asking() });
    rig.chat.write("Hello");
    await rig.settle();
    expect(rig.said("start")).toEqual([]);
    rig.chat.introduce({ email: "zoe@shop.example" });
    rig.chat.write("Hello");
    await rig.settle();
    expect(rig.last("start")).toMatchObject({ text: "Hello", about: { email: "zoe@shop.example" } });
  });

  it("come up instead of a wait when nobody is there, and leave the message", async () => {
    const rig = new Rig();
    const shut = { ...bot, open: false, asking: "offline_form" as const };
    await rig.join({ conversation: "c_1", entries: begun(), status: shut });
    rig.chat.askHuman();
    await rig.settle();
    expect([rig.said("request_human"), formOf(rig.chat.state)]).toEqual([[], "offline"]);
    rig.chat.leaveMessage("Call me", { email: "zoe@shop.example" });
    await rig.settle();
    expect(rig.last("leave_message")).toMatchObject({ text: "Call me" });
    await rig.answer("leave_message");
    rig.say({ type: "status", ...waiting, open: false, asking: "offline_form" });
    expect(formOf(rig.chat.state)).toBe("");
  });

  it("come up when the server says that nobody is there", async () => {
    const rig = new Rig();
    await rig.join({ conversation: "c_1", entries: begun(), status: bot });
    rig.chat.askHuman();
    await rig.settle();
    await rig.answer("request_human", { type: "error", code: "away" });
    expect(formOf(rig.chat.state)).toBe("offline");
  });

  it("come up again when the server asks for more, with the text and the answers kept", async () => {
    const rig = new Rig();
    await rig.join();
    rig.chat.introduce({ name: "Zoë" });
    rig.chat.write("Hello");
    await rig.settle();
    await rig.answer("start", { type: "error", code: "form_required", details: { fields: ["email"] } });
    expect([formOf(rig.chat.state), rig.dials]).toEqual(["", 2]);
    await rig.join({ channel: asking() });
    const { draft, about, outbox } = rig.chat.state;
    expect({ draft, about, outbox, form: formOf(rig.chat.state) }).toEqual({
      draft: "Hello",
      about: { name: "Zoë" },
      outbox: [],
      form: "ask",
    });
    rig.chat.introduce({ name: "Zoë", email: "zoe@shop.example" });
    rig.chat.write();
    await rig.settle();
    expect(rig.last("start")).toMatchObject({ about: { email: "zoe@shop.example" } });
  });
});
