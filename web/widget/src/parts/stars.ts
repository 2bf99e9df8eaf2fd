// The rating: one to five stars, with radio buttons underneath so that keys and screen readers know them, and a
// comment.
import { STAR } from "../icons.ts";
import { h, icon } from "../kit.ts";
import * as T from "../text.ts";

let groups = 0;

export interface RatingForm {
  stars: HTMLElement;
  comment: HTMLElement;
  /** Stars (0 while none is chosen) and comment. */
  values(): [number, string];
}

export function ratingForm(onPick = () => {}): RatingForm {
  const name = `stars${groups++}`;
  let chosen = 0;
  const labels = [1, 2, 3, 4, 5].map((count) => {
    const radio = h("input", {
      type: "radio",
      name,
      "aria-label": T.starsOf(count),
      onchange: () => pick(count),
    });
    return h("label", {}, radio, icon(STAR));
  });
  const area = h("textarea.ta", { maxLength: 2000, dir: "auto" });

  function pick(count: number): void {
    chosen = count;
    labels.forEach((label, at) => {
      label.classList.toggle("on", at < count);
    });
    onPick();
  }

  return {
    stars: h("fieldset.stars", {}, h("legend.sr", {}, T.rating), ...labels),
    comment: h("label.fl", {}, h("span", {}, T.better, h("em", {}, T.optional)), area),
    values: () => [chosen, area.value],
  };
}
