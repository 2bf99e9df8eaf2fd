// The site's brand colour, made readable. Luminance and contrast as WCAG 2.2 defines them.

type Rgb = [number, number, number];

const DEFAULT = "#1f6b4a";
const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [20, 23, 29];

/** `--w-bg` of panel.css. */
const PANEL = { light: [255, 255, 255] as Rgb, dark: [21, 24, 30] as Rgb };

export interface Palette {
  brand: string;
  /** Text on the brand colour: black or white, whichever reads better. */
  onBrand: string;
  /** The brand colour as text on the panel, moved towards black or white until it reads (4.5:1). */
  inkLight: string;
  inkDark: string;
}

/** From `#rrggbb`; anything else gives the default colour. */
export function palette(colour: string): Palette {
  const brand = /^#[0-9a-f]{6}$/i.test(colour) ? colour : DEFAULT;
  const rgb = parse(brand);
  return {
    brand,
    onBrand: contrast(rgb, WHITE) >= contrast(rgb, BLACK) ? "#ffffff" : "#14171d",
    inkLight: hex(readable(rgb, PANEL.light, BLACK)),
    inkDark: hex(readable(rgb, PANEL.dark, WHITE)),
  };
}

/** Puts the palette on an element, for the style sheets to use. */
export function paint(element: HTMLElement, colour: string): void {
  const { brand, onBrand, inkLight, inkDark } = palette(colour);
  element.style.setProperty("--brand", brand);
  element.style.setProperty("--on-brand", onBrand);
  element.style.setProperty("--ink-light", inkLight);
  element.style.setProperty("--ink-dark", inkDark);
}

export function contrast(a: Rgb, b: Rgb): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

export function parse(colour: string): Rgb {
  const value = Number.parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function readable(colour: Rgb, ground: Rgb, towards: Rgb): Rgb {
  let mixed = colour;
  for (let part = 0.1; contrast(mixed, ground) < 4.5 && part <= 1; part += 0.1) {
    mixed = colour.map((value, at) => Math.round(value + ((towards[at] as number) - value) * part)) as Rgb;
  }
  return mixed;
}

function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function hex(colour: Rgb): string {
  return `#${colour.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}
