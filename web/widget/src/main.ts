// The panel: fetched by the loader on first intent, put into its shadow root, driven by the chat.
import { Chat } from "./chat.ts";
import { composer } from "./composer.ts";
import { header } from "./header.ts";
import type { Host, Panel } from "./host.ts";
import { ALERT, DOWN } from "./icons.ts";
import { adopt, attribute, h, icon, paint, setText, use } from "./kit.ts";
import { log } from "./log.ts";
import css from "./panel.css?inline";
import type { openUnread, Teaser } from "./parts/teaser.part.ts";
import { part, partsOf } from "./parts.ts";
import { endSheet } from "./sheet.ts";
import { type State, unread } from "./state.ts";
import * as T from "./text.ts";
import type { Context } from "./view.ts";

export function mount(host: Host): Panel {
  const { root, button, badge } = host;
  use(host.kit);
  partsOf(host);
  adopt(root, css);
  const chat = new Chat(host, () => update(chat.state));
  const context: Context = {
    host,
    chat,
    part,
    now: () => Date.now() + chat.state.skew,
    minimise: () => setOpen(false),
    redraw: () => update(chat.state),
    announce: (text) => setText(place, text),
    history(from) {
      part("history").then(
        ({ showHistory }) => {
          body.inert = true;
          showHistory(panel, host, context, () => {
            body.inert = chat.state.sheet;
            from.focus();
          });
        },
        () => {},
      );
    },
  };

  const head = header(context);
  const middle = log(context);
  const box = composer(context);
  const sheet = endSheet(context);
  const barText = h("span");
  const bar = h("div.bar", { role: "status" }, icon(ALERT, "m"), barText);
  const place = h("div.sr", { role: "status" });
  const typing = h("div.sr", { role: "status" });
  const body = h("div.body", {}, head.element, bar, middle.element, box.element, place, typing);
  const panel = h(
    "section.panel",
    { role: "dialog", "aria-labelledby": "title", tabIndex: -1, hidden: true, dir: T.direction },
    body,
    sheet.element,
  );
  const wrap = button.parentElement as HTMLElement;
  wrap.prepend(panel);
  // Keys typed here are none of the page's business: it would see them without knowing about the text box.
  for (const type of ["keydown", "keypress", "keyup"])
    root.addEventListener(type, (event) => event.stopPropagation());
  panel.addEventListener("keydown", onEscape);
  button.addEventListener("keydown", onEscape);
  button.onclick = () => setOpen(!chat.state.open);

  const speak = button.firstChild as SVGSVGElement;
  const minimise = icon(DOWN);
  let sheetFrom: HTMLElement | null = null;
  let told = 0;
  /** What the site says by itself to somebody without a chat. */
  let nudged = "";
  let teaser: Teaser | undefined;
  /** The launcher's name while something is unread; comes with the teaser. */
  let named: typeof openUnread | undefined;

  // On phones the keyboard covers the page without making it smaller: the panel keeps to what is left.
  const view = visualViewport;
  const fit = () => {
    if (!view || view.scale > 1) return;
    wrap.style.setProperty("--top", `${view.offsetTop}px`);
    wrap.style.setProperty("--height", `${view.height}px`);
  };
  for (const type of ["resize", "scroll"]) view?.addEventListener(type, fit);

  function onEscape(event: KeyboardEvent): void {
    if (event.key !== "Escape" || event.isComposing || !chat.state.open) return;
    if (chat.state.sheet) chat.setSheet(false);
    else setOpen(false);
  }

  function setOpen(open: boolean, focus = true): void {
    const was = chat.state.open;
    chat.setOpen(open);
    if (!focus || was === open) return;
    // On a phone the keyboard would cover what there is to read.
    if (open) matchMedia("(pointer: coarse)").matches ? panel.focus() : box.focus();
    else button.focus();
  }

  function update(state: State): void {
    if (state.channel) paint(wrap, state.channel.colour);
    attribute(wrap, "dir", getComputedStyle(root.host).direction);
    panel.hidden = !state.open;
    wrap.classList.toggle("open", state.open);
    const count = launcher(state);
    tease(state, count);
    if (!state.open) return;
    lineBar(state);
    head.update(state);
    box.update(state);
    setSheet(state);
    spoken(state);
    // Last, as what stands around it decides how much of it is seen.
    middle.update(state);
  }

  function setSheet(state: State): void {
    const active = root.activeElement as HTMLElement | null;
    const appears = state.sheet && sheet.element.hidden;
    const goes = !state.sheet && !sheet.element.hidden;
    if (appears) sheetFrom = active;
    body.inert = state.sheet;
    sheet.update(state);
    if (!goes) return;
    if (sheetFrom?.isConnected && sheetFrom.offsetParent) sheetFrom.focus();
    else panel.focus();
  }

  /** Answers how many messages are unread. */
  function launcher(state: State): number {
    const count = state.open ? 0 : unread(state).length;
    if (count !== told) host.emit("unread", count);
    told = count;
    badge.hidden = !count;
    setText(badge, count > 9 ? "9+" : String(count));
    const label = state.open ? T.minimise : (count && named?.(count)) || T.openChat;
    attribute(button, "aria-label", label);
    attribute(button, "aria-expanded", state.open);
    const shown = state.open ? minimise : speak;
    if (button.firstChild !== shown) button.firstChild?.replaceWith(shown);
    return count;
  }

  function tease(state: State, count: number): void {
    if (state.open || count) nudged = "";
    if (teaser) teaser(state, nudged);
    else if (count || nudged)
      part("teaser").then(
        (loaded) => {
          teaser ??= loaded.teaser(wrap, () => setOpen(true));
          named = loaded.openUnread;
          update(chat.state);
        },
        () => {},
      );
  }

  function lineBar({ line, paused }: State): void {
    const online = paused ? T.paused : "";
    setText(barText, { online, lost: T.offline, refused: T.refused, replaced: T.replaced }[line]);
    bar.hidden = !barText.textContent;
  }

  function spoken({ status, typing: by }: State): void {
    if (status.status !== "waiting") setText(place, "");
    setText(typing, by ? T.isTyping(by.name) : "");
  }

  if (host.store.getTab("open") && innerWidth > 480) setOpen(true, false);
  else if (host.store.get("chat")) chat.start();
  update(chat.state);
  return {
    open: () => setOpen(true),
    setOpen,
    toggle: () => setOpen(!chat.state.open),
    identify: (identity) => chat.identify(identity),
    nudge(text) {
      nudged = text;
      update(chat.state);
    },
  };
}
