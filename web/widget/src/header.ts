// The head of the panel: who is there, "Talk to a human", and the cross, which always asks before it ends a chat.
import { attribute, h, icon, setText } from "./dom.ts";
import { CROSS, DOWN, PERSON } from "./icons.ts";
import { isEnded, isFresh, isPending, type State } from "./state.ts";
import { type Context, initial, type View } from "./view.ts";

/** The hint under the human button goes after this. Milliseconds. */
const HINT_FOR = 8000;

export function header(context: Context): View {
  const { chat, minimise } = context;
  const letter = h("span");
  const dot = h("i");
  const avatar = h("span", { className: "ava", "aria-hidden": "true" }, letter, dot);
  const title = h("h2", { id: "title" });
  const subtitle = h("p");
  const humanText = h("span", { className: "long" });
  const humanShort = h("span", { className: "short" });
  const human = h(
    "button",
    { className: "hum", onclick: () => chat.askHuman() },
    icon(PERSON, "m"),
    humanText,
    humanShort,
  );
  const down = h("button", { className: "ib down", onclick: minimise }, icon(DOWN));
  const cross = h("button", { className: "ib", onclick: crossed }, icon(CROSS));
  const hint = h("div", { className: "hint", role: "status" });
  let hinted = false;

  function crossed(): void {
    if (isFresh(chat.state) || isEnded(chat.state)) minimise();
    else chat.setSheet(true);
  }

  function showHint(show: boolean): void {
    if (show && !hinted) {
      hinted = true;
      hint.classList.add("on");
      setText(hint, context.texts.say("human_hint"));
      setTimeout(() => showHint(false), HINT_FOR);
    } else if (!show) {
      hint.classList.remove("on");
      setText(hint, "");
    }
  }

  function update(state: State): void {
    const { texts } = context;
    const [name, below, present] = who(state, context);
    setText(title, name);
    setText(subtitle, below);
    setText(letter, initial(name));
    avatar.classList.toggle("person", state.status.status === "agent");
    dot.hidden = !present;
    const asking = isPending(state, "request_human");
    const wanted = state.status.human_button && !isFresh(state) && !isEnded(state);
    human.hidden = !wanted;
    human.disabled = asking;
    const label = texts.say(asking ? "human_asked" : "human");
    setText(humanText, label);
    setText(humanShort, texts.say(asking ? "human_asked" : "human_short"));
    attribute(human, "aria-label", label);
    if (!wanted || asking) showHint(false);
    else if (state.open && !state.sheet) showHint(true);
    attribute(down, "aria-label", texts.say("minimise"));
    const crossLabel = texts.say(isFresh(state) || isEnded(state) ? "close" : "end");
    attribute(cross, "aria-label", crossLabel);
    cross.title = crossLabel;
  }

  const names = h("div", { className: "t" }, title, subtitle);
  return { element: h("header", { className: "hd" }, down, avatar, names, human, cross, hint), update };
}

/** Name, the line below it, and whether somebody is there. */
function who(state: State, { texts }: Context): [string, string, boolean] {
  const { status, channel, line } = state;
  const title = channel?.title ?? texts.say("chat");
  if (!channel) return [title, line === "refused" ? "" : texts.say("connecting"), false];
  if (isFresh(state)) {
    const bot = Boolean(channel.greeting?.text);
    return [title, texts.say(bot ? "assistant" : "write_to_us"), bot || status.agents_online];
  }
  if (status.status === "waiting") return [title, texts.say("finding"), status.agents_online];
  if (status.status === "agent") {
    return [status.agent.name, texts.say(status.online ? "team" : "away", { title }), status.online];
  }
  if (status.status === "ended") return [status.agent?.name ?? title, texts.say("chat_ended"), false];
  return [title, texts.say("assistant"), true];
}
