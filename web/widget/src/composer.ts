// The box: Enter sends, Shift+Enter makes a line; a text whose chat ended under it stays and may start a new one.

import { SEND } from "./icons.ts";
import { h, icon, setText } from "./kit.ts";
import type { Picked } from "./parts/files.part.ts";
import { part } from "./parts.ts";
import { formOf, isEnded, isFresh, isPending, type State } from "./state.ts";
import * as T from "./text.ts";
import type { Context, View } from "./view.ts";

/** The longest message in UTF-16 units; never more than the server's limit in characters. */
const LONGEST = 10_000;

export interface Composer extends View {
  focus(): void;
}

export function composer(context: Context): Composer {
  const { chat } = context;
  const area = h("textarea", {
    rows: 1,
    maxLength: LONGEST,
    dir: "auto",
    "aria-label": T.writeMessage,
    placeholder: T.writeHint,
    oninput: typed,
    onkeydown: key,
  });
  const send = h("button.snd", { "aria-label": T.send, onclick: submit }, icon(SEND));
  const box = h("div.cp", {}, area, send);
  const held = h("p");
  const restart = h("button.bt p", { onclick: () => chat.newChat(true) }, T.startWithText);
  const notice = h("div.held", { role: "status" }, held, restart);
  const element = h("div.ft", {}, notice, box, h("p.pwd", {}, T.powered));

  /** Comes with its part, once the server has said hello. */
  let files: Picked | undefined;

  function typed(): void {
    chat.setDraft(area.value);
    fit();
    update(chat.state);
  }

  function key(event: KeyboardEvent): void {
    // While an input method composes, Enter belongs to it (229: browsers that say so in no other way).
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit();
  }

  function submit(): void {
    if (!send.disabled) chat.write(undefined, files?.take());
    area.focus();
  }

  /** As high as its text, up to what the style allows. */
  function fit(): void {
    area.style.height = "0";
    area.style.height = `${Math.max(36, area.scrollHeight)}px`;
  }

  function update(state: State): void {
    const ended = isEnded(state);
    const empty = !state.draft.trim();
    if (area.value !== state.draft) {
      area.value = state.draft;
      fit();
    }
    box.hidden = (ended && !state.held) || formOf(state) !== "";
    notice.hidden = !(ended && state.held);
    restart.disabled = empty;
    area.disabled = state.line === "refused" || (isPending(state, "end") && !isFresh(state));
    const shut = ended || area.disabled;
    send.disabled = (empty && !files?.any()) || files?.blocked() || shut;
    files?.setDisabled(shut);
    setText(held, notice.hidden ? "" : T.textHeld);
    if (files || !state.channel) return;
    part("files").then(
      ({ fillComposer }) => {
        files ??= fillComposer(context, box, () => update(chat.state));
        update(chat.state);
      },
      () => {},
    );
  }

  return { element, update, focus: () => area.focus() };
}
