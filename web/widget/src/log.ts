// The log of the chat. Nodes are kept by key: what is there stays and is updated, what is new is added at the end,
// so a screen reader hears each thing once and the reader's place is kept.
import { closingCard, formCard, queueCard } from "./cards.ts";
import { CHECK, CHECKS, CLOCK, DOWN, SPARK } from "./icons.ts";
import { type Item, items, type MessageItem } from "./items.ts";
import { attribute, h, icon, setText } from "./kit.ts";
import { part } from "./parts.ts";
import type { State } from "./state.ts";
import * as T from "./text.ts";
import { type Context, initial, showFace, type View } from "./view.ts";
import { say } from "./words.ts";

/** Closer to the end than this counts as being at the end. CSS pixels. */
const NEAR = 60;

interface LogNode {
  element: HTMLElement;
  update(state: State, item: Item): void;
}

export function log(context: Context): View {
  const { chat } = context;
  const list = h("ol");
  const top = h("button.bt lk", { onclick: () => chat.earlier() }, T.earlier);
  const past = h("button.bt lk", { onclick: () => context.history(past) }, T.earlierChats);
  const scroll = h(
    "div.lg",
    { role: "log", "aria-label": T.messages, tabIndex: 0, onscroll: look },
    past,
    top,
    list,
  );
  const pill = h("button.pill bt r", { hidden: true, onclick: toEnd }, icon(DOWN, "s"), T.newMessages);
  let nodes = new Map<string, LogNode>();
  let follow = true;

  // The box grew or the keyboard came: the end stays in view.
  new ResizeObserver(() => follow && toEnd()).observe(scroll);

  function look(): void {
    follow = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR;
    if (follow) pill.hidden = true;
  }

  function toEnd(): void {
    scroll.scrollTop = scroll.scrollHeight;
    look();
  }

  function update(state: State): void {
    const shown = items(state, context.now());
    const added = shown.filter(({ key }) => !nodes.has(key));
    const before = scroll.scrollHeight;
    // What was said before is not read out; only what happens now is.
    const history = added[0] === shown[0];
    if (history) {
      attribute(scroll, "aria-busy", true);
      setTimeout(() => attribute(scroll, "aria-busy", null), 200);
    }
    place(shown, state);
    top.hidden = !state.thread.more || !shown.length;
    past.hidden = !top.hidden || !chat.hasPast();
    if (follow || added.some((item) => item.kind === "message" && item.from === "me" && item.state)) toEnd();
    else if (history) scroll.scrollTop += scroll.scrollHeight - before;
    else if (added.some(({ kind }) => kind === "message")) pill.hidden = false;
  }

  function place(shown: Item[], state: State): void {
    const next = new Map<string, LogNode>();
    shown.forEach((item, at) => {
      const node = nodes.get(item.key) ?? make(item, context);
      node.update(state, item);
      next.set(item.key, node);
      if (list.children[at] !== node.element) list.insertBefore(node.element, list.children[at] ?? null);
    });
    while (list.children[shown.length]) list.lastChild?.remove();
    nodes = next;
  }

  return { element: h("div.mid", {}, scroll, pill), update };
}

function make(item: Item, context: Context): LogNode {
  switch (item.kind) {
    case "message":
      return messageNode(item, context);
    case "queue":
      return queueCard(context, item.since);
    case "form":
      return formCard(context, item.form);
    case "closing":
      return closingCard(context);
    case "event":
      return { element: h("li.sy", {}, item.text), update() {} };
    case "replies": {
      const reply = (text: string) =>
        h("button.bt r", { dir: "auto", onclick: () => context.chat.write(text) }, text);
      return { element: h("li.qr", {}, ...item.options.map(reply)), update() {} };
    }
  }
}

function messageNode(first: MessageItem, context: Context): LogNode {
  const { from, text, name, files, key, face: picture } = first;
  let follow: ((state: State) => void) | undefined;
  const by = h("div.by");
  const dots = h("span.td", {}, h("i"), h("i"), h("i"));
  const bubble = h("div.b", { dir: "auto" }, !files.length && dots);
  // The text may be put in anew later, and must leave the files alone.
  const words = files.length ? h("div") : bubble;
  if (text) say(words, text, context.redraw);
  if (files.length) {
    if (text) bubble.append(words);
    part("files").then(
      ({ addCards }) => {
        follow = addCards(context, bubble, files, key);
      },
      () => bubble.append(T.filesMissing),
    );
  }
  const mark = h("div.st", { "aria-live": "off" });
  const face = h(
    `div.ava s ${from}`,
    { "aria-hidden": true },
    from === "bot" ? icon(SPARK, "s") : initial(name),
  );
  if (picture) showFace(context, face, picture);
  const element =
    from === "me"
      ? h("li.msg me", {}, h("span.sr", {}, T.you), bubble, mark)
      : // Typing is announced by the panel; the dots would only be noise.
        h("li.msg", { "aria-hidden": !text && !files.length }, by, face, bubble);
  let shown = "";

  function update(state: State, item: Item): void {
    if (item.kind !== "message") return;
    follow?.(state);
    setText(by, item.by);
    element.classList.toggle("c", item.continued);
    if (item.state === shown) return;
    shown = item.state;
    attribute(element, "data-state", shown);
    mark.replaceChildren(...markLine(item, context, mark));
  }

  return { element, update };
}

function markLine(item: MessageItem, context: Context, mark: HTMLElement): (Node | string)[] {
  switch (item.state) {
    case "waiting":
      return [icon(CLOCK, "s"), T.waitingToSend];
    case "failed":
      part("refused").then(
        ({ fillRefused }) => fillRefused(mark, context, item),
        () => {},
      );
      return [T.notSent];
    case "sent":
      return [icon(CHECK, "s"), T.sent];
    case "read":
      return [icon(CHECKS, "s"), T.seen];
    default:
      return [];
  }
}
