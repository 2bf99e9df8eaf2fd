// Makes elements. Text only ever becomes text nodes, so nothing a person wrote can turn into markup.

export type Child = Node | string | null | undefined | false;

type Tag = keyof HTMLElementTagNameMap;
type Props = Record<string, unknown>;

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element from `tag` or `tag.classes`, with properties and children. Names starting with `on` are listeners, names
 * with a dash and `role` become attributes, the rest are properties of the element.
 */
export function h<K extends Tag>(
  spec: K | `${K}.${string}`,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const [tag, className = ""] = spec.split(".") as [K, string?];
  const element = document.createElement(tag);
  element.className = className;
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value as EventListener);
    else if (name === "role" || name.includes("-")) attribute(element, name, value);
    else (element as unknown as Props)[name] = value;
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

/** Sets or, for `null`, removes an attribute. */
export function attribute(element: Element, name: string, value: unknown): void {
  if (value === null) element.removeAttribute(name);
  else element.setAttribute(name, String(value));
}

/** Sets the text if it differs: an equal text put in again would be read out again. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** A line drawing of 20 by 20, hidden from screen readers: what it means stands beside it. */
export function icon(path: string, size = ""): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  attribute(svg, "viewBox", "0 0 20 20");
  attribute(svg, "class", `i ${size}`);
  attribute(svg, "aria-hidden", true);
  svg.append(document.createElementNS(SVG, "path"));
  attribute(svg.firstChild as Element, "d", path);
  return svg;
}

/** Adopts a sheet of these rules: unlike a `<style>`, it passes a host page's strict `style-src`. */
export function adopt(root: ShadowRoot, css: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets.push(sheet);
}
