// Cards under a message, side by side: pictures, words and buttons. Keys and buttons go from card to card, fingers swipe.
// The choice is over once the customer has written.
import type { Button, Card } from "../../../shared/src/protocol.gen.ts";
import { CHECK } from "../icons.ts";
import { attribute, h, icon } from "../kit.ts";
import { isEnded, type State } from "../state.ts";
import * as T from "../text.ts";
import type { Context } from "../view.ts";

const BACK = "m12 5-5 5 5 5";
const ON = "m8 5 5 5-5 5";
const AWAY = "M8 5H5v10h10v-3M11 4h5v5M16 4l-7 7";

/** Where a card's picture comes from, once it is there. */
export type Fetch = (file: string) => Promise<string>;

/** `seq`: number of their message, without which nothing can be chosen. Answers how they follow the state. */
export function carousel(
  { chat }: Context,
  bubble: HTMLElement,
  cards: readonly Card[],
  seq: number,
  fetch: Fetch,
): (state: State) => void {
  const replies: { element: HTMLElement; says: string }[] = [];
  let over = true;
  const list = h(
    "ul",
    { tabIndex: 0, "aria-label": T.cards, onscroll: look, onkeydown: key },
    ...cards.map(one),
  );
  const back = h("button.ib", { "aria-label": T.cardBefore, onclick: () => move(-1) }, icon(BACK));
  const on = h("button.ib", { "aria-label": T.cardNext, onclick: () => move(1) }, icon(ON));
  const several = cards.length > 1;
  bubble.after(h("div.car", {}, list, several && h("div.nav", {}, back, on)));
  look();

  function one({ title, text, image, buttons }: Card): HTMLElement {
    const alt = image?.alt ?? "";
    const picture =
      image && h("img", { alt, referrerPolicy: "no-referrer", onerror: () => picture?.remove() });
    if (picture && image.url) picture.src = image.url;
    if (picture && image.file)
      fetch(image.file).then(
        (address) => {
          picture.src = address;
        },
        () => picture.remove(),
      );
    const words = h("div", { dir: "auto" }, h("b", {}, title), text && h("p", {}, text));
    return h("li", {}, picture, words, ...(buttons ?? []).map(button));
  }

  function button(button: Button): HTMLElement {
    if (button.kind === "link")
      return h(
        "a.bt",
        { href: button.url, target: "_blank", rel: "noopener noreferrer", dir: "auto" },
        button.title,
        h("span.sr", {}, ` ${T.newTab}`),
        icon(AWAY, "s"),
      );
    const says = button.text ?? button.title;
    const element = h("button.bt", { dir: "auto", onclick: () => over || chat.write(says) }, button.title);
    replies.push({ element, says });
    return element;
  }

  /** How far the card's beginning is from the list's, to the right. */
  function distance(card: Element): number {
    const [a, b] = [card.getBoundingClientRect(), list.getBoundingClientRect()];
    return isRtl() ? a.right - b.right : a.left - b.left;
  }

  function isRtl(): boolean {
    return getComputedStyle(list).direction === "rtl";
  }

  function move(step: number): void {
    const far = [...list.children].map(distance);
    const nearest = far.indexOf(far.reduce((best, one) => (Math.abs(one) < Math.abs(best) ? one : best)));
    const left = far[nearest + step];
    if (left !== undefined) list.scrollBy({ left });
  }

  function key(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || event.target !== list) return;
    event.preventDefault();
    move(isRtl() ? -step : step);
  }

  function look(): void {
    const at = Math.abs(list.scrollLeft);
    attribute(back, "aria-disabled", at < 1);
    attribute(on, "aria-disabled", list.clientWidth > 0 && at + list.clientWidth >= list.scrollWidth - 1);
  }

  return (state) => {
    const said = state.thread.entries.find(
      (entry) => entry.seq > seq && entry.by?.kind === "contact" && entry.body.kind === "message",
    );
    const sent = state.outbox.find(({ command }) => "text" in command)?.command;
    const answer =
      said?.body.kind === "message" ? said.body.text : sent && "text" in sent ? sent.text : undefined;
    over = !seq || answer !== undefined || isEnded(state);
    for (const { element, says } of replies) {
      attribute(element, "aria-disabled", over);
      const taken = over && answer === says.trim();
      if (taken && !element.classList.contains("p")) {
        element.classList.add("p");
        element.prepend(icon(CHECK, "s"), h("span.sr", {}, `${T.chosen} `));
      }
    }
  };
}
