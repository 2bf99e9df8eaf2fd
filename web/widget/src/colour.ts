// The site's brand colour, made readable.

const DEFAULT = "#1f6b4a";
/** Above this relative luminance (WCAG 2.2) black reads better than white: there both have the same contrast. */
const EVEN = 0.1791;

/**
 * Puts the brand colour (`#rrggbb`; anything else gives the default) and the text colour for it on an element. How the
 * brand reads on the panel is the style sheet's business: `--ink` in panel.css.
 */
export function paint(element: HTMLElement, colour: string): void {
  const brand = /^#[0-9a-f]{6}$/i.test(colour) ? colour : DEFAULT;
  element.style.setProperty("--brand", brand);
  element.style.setProperty("--on-brand", luminance(brand) > EVEN ? "#000" : "#fff");
}

/** From 0 (black) to 1 (white); nearly that of WCAG 2.2, whose curve differs a little in the darkest tones. */
export function luminance(colour: string): number {
  const value = Number.parseInt(colour.slice(1), 16);
  const light = (bits: number) => (((value >> bits) & 255) / 255) ** 2.2;
  return 0.2126 * light(16) + 0.7152 * light(8) + 0.0722 * light(0);
}
