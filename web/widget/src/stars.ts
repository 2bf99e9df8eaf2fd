// One to five stars: radio buttons underneath, so that keys and screen readers know them.

import { STAR } from "./icons.ts";
import { h, icon } from "./kit.ts";
import * as T from "./text.ts";

let groups = 0;

export interface Stars {
  element: HTMLFieldSetElement;
  /** 1 to 5, or 0 while none is chosen. */
  value: () => number;
}

export function stars(onPick: (value: number) => void = () => {}): Stars {
  const name = `stars${groups++}`;
  let chosen = 0;
  const labels = [1, 2, 3, 4, 5].map((count) =>
    h(
      "label",
      {},
      h("input", {
        type: "radio",
        name,
        "aria-label": T.starsOf(count),
        onchange: () => pick(count),
      }),
      icon(STAR),
    ),
  );

  function pick(count: number): void {
    chosen = count;
    labels.forEach((label, at) => {
      label.classList.toggle("on", at < count);
    });
    onPick(count);
  }

  const legend = h("legend", { className: "sr" }, T.rating);
  return { element: h("fieldset", { className: "stars" }, legend, ...labels), value: () => chosen };
}

/** "What could be better? (optional)" */
export function commentField(): { element: HTMLElement; value: () => string } {
  const area = h("textarea", { className: "ta", maxLength: 2000, dir: "auto" });
  const question = h("span", {}, `${T.better} `, h("em", {}, T.optional));
  return { element: h("label", { className: "fl" }, question, area), value: () => area.value };
}
