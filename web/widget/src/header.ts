// The head of the panel: who is there, "Talk to a human", and the cross, which always asks before it ends a chat.
import { CROSS, DOWN, PERSON } from "./icons.ts";
import { nameOf } from "./items.ts";
import { h, icon, setText } from "./kit.ts";
import { formOf, isEnded, isFresh, isPending, lastEnd, type State } from "./state.ts";
import * as T from "./text.ts";
import { type Context, initial, showFace, type View } from "./view.ts";

export function header(context: Context): View {
  const { chat, minimise } = context;
  const letter = h("span");
  const dot = h("i");
  const avatar = h("div.ava", { "aria-hidden": true }, letter, dot);
  const title = h("h2", { id: "title" });
  const subtitle = h("p");
  const label = h("span");
  const human = h("button.hum", { onclick: () => chat.askHuman() }, icon(PERSON, "m"), label);
  const down = h("button.ib down", { "aria-label": T.minimise, onclick: minimise }, icon(DOWN));
  const cross = h("button.ib", { onclick: () => (over() ? minimise() : chat.setSheet(true)) }, icon(CROSS));
  const hint = h("div.hint", { role: "status" });

  /** There is no chat to be ended. */
  function over(): boolean {
    return isFresh(chat.state) || isEnded(chat.state);
  }

  function update(state: State): void {
    const [name, below, present] = who(state);
    setText(title, name);
    setText(subtitle, below);
    setText(letter, initial(name));
    avatar.classList.toggle("member", name !== state.channel?.title);
    dot.hidden = !present;
    showFace(context, avatar, (state.status as { agent?: { avatar?: string } }).agent?.avatar);
    const asking = isPending(state, "request_human");
    human.hidden = !state.status.human_button || over();
    human.disabled = asking;
    setText(label, asking ? T.askingHuman : T.human);
    setText(hint, human.hidden || asking || formOf(state) ? "" : T.humanHint);
    cross.title = over() ? T.closePanel : T.endChat;
  }

  return {
    element: h("div.hd", {}, down, avatar, h("div.t", {}, title, subtitle), human, cross, hint),
    update,
  };
}

/** Name, the line below it, and whether somebody is there. */
function who(state: State): [string, string, boolean] {
  const { status, channel, line } = state;
  if (!channel) return [T.chat, line === "refused" ? "" : T.connecting, false];
  const { title, greeting } = channel;
  const team = status.agents_online > 0;
  if (isFresh(state)) return greeting.text ? [title, T.assistant, true] : [title, T.writeToUs, team];
  switch (status.status) {
    case "waiting":
      return [title, T.finding, team];
    case "agent":
      return [status.agent.name, status.online ? T.team(title) : T.away(title), status.online];
    case "ended":
      return [nameOf(lastEnd(state)) ?? title, T.chatEnded, false];
    default:
      return [title, T.assistant, true];
  }
}
