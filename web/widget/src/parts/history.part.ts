// Part: the customer's earlier chats, to be read again. A sheet over the panel with a list; a chat chosen from it replaces the
// list until the way back is taken.
import type { ContactEntry } from "../../../shared/src/protocol.gen.ts";
import type { Host } from "../host.ts";
import { BACK, CROSS } from "../icons.ts";
import { type Item, past } from "../items.ts";
import { attribute, h, icon, setText } from "../kit.ts";
import * as T from "../text.ts";
import type { Context } from "../view.ts";
import css from "./history.css?inline";
import rich from "./rich.css?inline";
import { render } from "./rich.part.ts";

export { use } from "../kit.ts";

const all = rich + css;

export { all as css };

/** Entries asked for at a time. */
const CHUNK = 200;

interface Past {
  id: string;
  first_text: string;
  opened_at: number;
  ended_at: number | null;
}

/** Shows the list over the panel; `done` is called when the customer has closed it. */
export function showHistory(panel: HTMLElement, host: Host, context: Context, done: () => void): void {
  const { now } = context;
  const title = h("h2", { id: "past" }, T.earlierChats);
  const back = h("button.ib", { "aria-label": T.back, hidden: true, onclick: toList }, icon(BACK));
  const close = h("button.ib", { "aria-label": T.closePanel, onclick: leave }, icon(CROSS));
  const note = h("p", { role: "status" });
  const list = h("ol.pl");
  const log = h("ol.pt");
  const more = h("button.bt lk", { hidden: true }, T.more);
  const scroll = h("div.lg", { tabIndex: -1 }, note, list, log, more);
  const element = h(
    "div.past",
    { role: "dialog", "aria-modal": true, "aria-labelledby": "past", onkeydown: key },
    h("div.hd", {}, back, h("div.t", {}, title), close),
    scroll,
  );
  let chosen: HTMLElement | undefined;

  function key(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      event.stopPropagation();
      if (back.hidden) leave();
      else toList();
    } else if (event.key === "Tab") {
      // Focus goes round within the sheet.
      const all = [...element.querySelectorAll<HTMLElement>("button, a, pre")].filter(
        (one) => one.offsetParent,
      );
      const active = (element.getRootNode() as ShadowRoot).activeElement;
      const end = event.shiftKey ? all[0] : all.at(-1);
      if (active !== end) return;
      event.preventDefault();
      (event.shiftKey ? all.at(-1) : all[0])?.focus();
    }
  }

  function leave(): void {
    element.remove();
    done();
  }

  function toList(): void {
    back.hidden = true;
    list.hidden = false;
    log.replaceChildren();
    setText(title, T.earlierChats);
    setText(note, "");
    more.hidden = !more.onclick;
    chosen?.focus();
  }

  /** Asks the server; tells when that does not work. */
  async function ask<Answer>(path: string): Promise<Answer | null> {
    setText(note, T.loading);
    try {
      const address = `${host.origin}/api/v1/widget/${path}&channel=${encodeURIComponent(host.channel)}`;
      const answer = await fetch(address, {
        credentials: "omit",
        headers: { authorization: `Bearer ${host.store.get("token")}` },
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const body = await answer.json();
      setText(note, "");
      return body;
    } catch {
      setText(note, T.notLoaded);
      return null;
    }
  }

  async function page(cursor: string): Promise<void> {
    const answer = await ask<{ items: Past[]; next: string | null }>(`conversations?limit=20${cursor}`);
    if (!answer) return;
    // The chat that is going on is no earlier one.
    list.append(...answer.items.filter(({ ended_at }) => ended_at !== null).map(line));
    if (!list.childElementCount && !answer.next) setText(note, T.noEarlier);
    const { next } = answer;
    more.onclick = next ? () => page(`&cursor=${next}`) : null;
    more.hidden = !next;
  }

  function line({ id, first_text, opened_at }: Past): HTMLElement {
    const button = h(
      "button",
      { onclick: () => read(id, opened_at, button) },
      h("span", { dir: "auto" }, first_text),
      h("small", {}, T.time(opened_at, now())),
    );
    return h("li", {}, button);
  }

  async function read(id: string, at: number, from: HTMLElement): Promise<void> {
    chosen = from;
    list.hidden = more.hidden = true;
    back.hidden = false;
    setText(title, T.chatOf(T.time(at, now())));
    back.focus();
    for (let after = 0; ; ) {
      const path = `conversations/${id}/entries?after=${after}&limit=${CHUNK}`;
      const answer = await ask<{ entries: ContactEntry[]; more: boolean }>(path);
      // The customer may have gone back meanwhile.
      if (!answer || back.hidden || chosen !== from) return;
      log.append(...past(answer.entries, now()).map((item) => shown(context, item)));
      after = answer.entries.at(-1)?.seq ?? 0;
      if (!answer.more) return;
    }
  }

  attribute(element, "dir", getComputedStyle(panel).direction);
  panel.append(element);
  close.focus();
  page("");
}

function shown(context: Context, item: Item): HTMLElement | string {
  if (item.kind === "event") return h("li.sy", {}, item.text);
  if (item.kind !== "message") return "";
  const bubble = h("div.b", { dir: "auto" }, ...render(item.text));
  if (item.files.length) {
    const { files } = item;
    context.part("files").then(
      ({ addCards }) => addCards(context, bubble, files),
      () => {},
    );
  }
  if (item.from === "me") return h("li.msg me", {}, h("span.sr", {}, T.you), bubble);
  return h("li.msg", {}, h("div.by", {}, item.by), bubble);
}
