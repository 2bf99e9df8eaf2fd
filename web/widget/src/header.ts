// The head of the panel: who is there, "Talk to a human", and the cross, which always asks before it ends a chat.

import { CROSS, DOWN, PERSON } from "./icons.ts";
import { attribute, h, icon, setText } from "./kit.ts";
import { endedBy, isEnded, isFresh, isPending, type State } from "./state.ts";
import * as T from "./text.ts";
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
  const down = h("button", { className: "ib down", "aria-label": T.minimise, onclick: minimise }, icon(DOWN));
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
      setText(hint, T.humanHint);
      setTimeout(() => showHint(false), HINT_FOR);
    } else if (!show) {
      hint.classList.remove("on");
      setText(hint, "");
    }
  }

  function update(state: State): void {
    const [name, below, present] = who(state);
    setText(title, name);
    setText(subtitle, below);
    setText(letter, initial(name));
    avatar.classList.toggle("person", state.status.status === "agent");
    dot.hidden = !present;
    const asking = isPending(state, "request_human");
    const wanted = state.status.human_button && !isFresh(state) && !isEnded(state);
    human.hidden = !wanted;
    human.disabled = asking;
    const label = asking ? T.askingHuman : T.human;
    setText(humanText, label);
    setText(humanShort, asking ? T.askingHuman : T.humanShort);
    attribute(human, "aria-label", label);
    if (!wanted || asking) showHint(false);
    else if (state.open && !state.sheet) showHint(true);
    const crossLabel = isFresh(state) || isEnded(state) ? T.closePanel : T.endChat;
    attribute(cross, "aria-label", crossLabel);
    cross.title = crossLabel;
  }

  const names = h("div", { className: "t" }, title, subtitle);
  return { element: h("header", { className: "hd" }, down, avatar, names, human, cross, hint), update };
}

/** Name, the line below it, and whether somebody is there. */
function who(state: State): [string, string, boolean] {
  const { status, channel, line } = state;
  const title = channel?.title ?? T.chat;
  if (!channel) return [title, line === "refused" ? "" : T.connecting, false];
  if (isFresh(state)) {
    const bot = Boolean(channel.greeting.text);
    return [title, bot ? T.assistant : T.writeToUs, bot || status.agents_online > 0];
  }
  if (status.status === "waiting") return [title, T.finding, status.agents_online > 0];
  if (status.status === "agent") {
    return [status.agent.name, status.online ? T.team(title) : T.away(title), status.online];
  }
  if (status.status === "ended") return [endedBy(state) ?? title, T.chatEnded, false];
  return [title, T.assistant, true];
}
