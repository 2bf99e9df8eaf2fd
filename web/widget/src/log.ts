// The log of the chat. Nodes are kept by key: what is there stays and is updated, what is new is added at the end,
// so a screen reader hears each thing once and the reader's place is kept.
import { closingCard, queueCard } from "./cards.ts";
import { ALERT, CHECK, CHECKS, CLOCK, DOWN, SPARK } from "./icons.ts";
import { type Item, items, type MessageItem } from "./items.ts";
import { attribute, h, icon, setText } from "./kit.ts";
import { pieces } from "./links.ts";
import type { State } from "./state.ts";
import * as T from "./text.ts";
import { type Context, initial, type View } from "./view.ts";

/** Closer to the end than this counts as being at the end. CSS pixels. */
const NEAR = 60;

interface LogNode {
  kind: Item["kind"];
  element: HTMLElement;
  update(item: Item, state: State): void;
}

export function log(context: Context): View {
  const { chat } = context;
  const list = h("ol");
  const earlier = h("button", { className: "bt lk", onclick: () => chat.earlier() }, T.earlier);
  const top = h("div", { className: "top" }, earlier);
  const scroll = h(
    "div",
    {
      className: "lg",
      role: "log",
      "aria-label": T.messages,
      tabIndex: 0,
      onscroll: () => atEnd() && news(false),
    },
    top,
    list,
  );
  const pill = h(
    "button",
    { className: "pill", hidden: true, onclick: toEnd },
    icon(DOWN, "s"),
    T.newMessages,
  );
  const element = h("div", { className: "mid" }, scroll, pill);
  let nodes = new Map<string, LogNode>();
  let stick = true;

  // The box grew or the keyboard came: the end stays in view.
  new ResizeObserver(() => stick && toEnd()).observe(scroll);

  function atEnd(): boolean {
    stick = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR;
    return stick;
  }

  function toEnd(): void {
    stick = true;
    scroll.scrollTop = scroll.scrollHeight;
    news(false);
  }

  function news(show: boolean): void {
    pill.hidden = !show;
  }

  function update(state: State): void {
    const shown = items(state);
    const follow = atEnd();
    const firstBefore = list.firstElementChild;
    const before = { height: scroll.scrollHeight, top: scroll.scrollTop };
    const isNew = shown.filter(({ key }) => !nodes.has(key));
    // History is not read out; only what happens now is.
    const history = !nodes.size || (isNew.length > 0 && isNew.includes(shown[0] as Item));
    if (history) attribute(scroll, "aria-busy", "true");
    place(shown, state);
    top.hidden = !state.thread.more || !nodes.size;
    if (history) setTimeout(() => attribute(scroll, "aria-busy", null), 200);
    if (history && firstBefore?.isConnected && !follow) {
      scroll.scrollTop = before.top + scroll.scrollHeight - before.height;
    } else if (follow || isNew.some((item) => item.kind === "message" && item.from === "me")) {
      toEnd();
    } else if (isNew.some(({ kind }) => kind === "message")) {
      news(true);
    }
  }

  function place(shown: Item[], state: State): void {
    const next = new Map<string, LogNode>();
    shown.forEach((item, at) => {
      let node = nodes.get(item.key);
      if (node?.kind !== item.kind) node = make(item, context);
      node.update(item, state);
      next.set(item.key, node);
      if (list.children[at] !== node.element) list.insertBefore(node.element, list.children[at] ?? null);
    });
    while (list.children.length > shown.length) list.lastElementChild?.remove();
    nodes = next;
  }

  return { element, update };
}

function make(item: Item, context: Context): LogNode {
  const { chat } = context;
  switch (item.kind) {
    case "message":
      return messageNode(item, context);
    case "event": {
      const element = h("li", { className: "sy" });
      return { kind: item.kind, element, update: (now) => setText(element, eventLine(now, context)) };
    }
    case "replies": {
      const buttons = item.options.map((text) =>
        h("button", { onclick: () => chat.write(text), dir: "auto" }, text),
      );
      return { kind: item.kind, element: h("li", { className: "qr" }, ...buttons), update: () => {} };
    }
    case "typing": {
      const by = h("div", { className: "by" });
      const dots = h("span", { className: "td" }, h("i"), h("i"), h("i"));
      // Announced by the panel; the dots would only be noise.
      const element = h(
        "li",
        { className: "m", "aria-hidden": "true" },
        by,
        avatar(item),
        h("div", { className: "b" }, dots),
      );
      return {
        kind: item.kind,
        element,
        update: () => setText(by, T.isTyping(item.name)),
      };
    }
    case "queue": {
      const card = queueCard(context, item.since);
      return { kind: item.kind, element: card.element, update: (_, state) => card.update(state) };
    }
    case "closing": {
      const card = closingCard(context);
      return { kind: item.kind, element: card.element, update: (_, state) => card.update(state) };
    }
  }
}

function eventLine(item: Item, { now }: Context): string {
  if (item.kind !== "event") return "";
  return item.at ? `${item.text} · ${T.time(item.at, now())}` : item.text;
}

function messageNode(first: MessageItem, context: Context): LogNode {
  const mine = first.from === "me";
  const by = h("div", { className: "by" });
  const bubble = h("div", { className: "b", dir: "auto" }, ...linked(first.text));
  const state = h("div", { className: "st", "aria-live": "off" });
  const parts = mine ? [h("span", { className: "sr" }, T.you), bubble, state] : [by, avatar(first), bubble];
  const element = h("li", { className: mine ? "m me" : "m" }, ...parts);
  let shownState: MessageItem["state"] = "";

  function update(item: Item): void {
    if (item.kind !== "message") return;
    const { now } = context;
    element.classList.toggle("c", item.continued);
    setText(by, item.at ? `${item.name} · ${T.time(item.at, now())}` : item.name);
    if (item.state === shownState) return;
    shownState = item.state;
    element.classList.toggle("sending", item.state === "sending");
    state.classList.toggle("bad", item.state === "failed");
    state.replaceChildren(...stateLine(item, context));
  }

  return { kind: "message", element, update };
}

function stateLine({ state, clientId }: MessageItem, { chat }: Context): (Node | string)[] {
  switch (state) {
    case "waiting":
      return [icon(CLOCK, "s"), T.waitingToSend];
    case "failed":
      return [
        icon(ALERT, "s"),
        T.notSent,
        h("button", { onclick: () => chat.retry(clientId) }, T.tryAgain),
        h("button", { onclick: () => chat.discard(clientId) }, T.discard),
      ];
    case "sent":
      return [icon(CHECK, "s"), T.sent];
    case "read":
      return [icon(CHECKS, "s"), T.seen];
    default:
      return [];
  }
}

function avatar({ from, name }: { from: "me" | "bot" | "member"; name: string }): HTMLElement {
  const person = from === "member";
  const face = person ? initial(name) : icon(SPARK, "s");
  return h("span", { className: person ? "ava s person" : "ava s", "aria-hidden": "true" }, face);
}

function linked(text: string): (string | HTMLElement)[] {
  return pieces(text).map((piece) =>
    typeof piece === "string"
      ? piece
      : h("a", { href: piece.href, target: "_blank", rel: "noopener noreferrer nofollow" }, piece.href),
  );
}
