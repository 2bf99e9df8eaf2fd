// The loader's helpers, which it hands to the panel so that nothing is loaded twice. The panel's parts import them
// from here; loader and tests have the real thing in dom.ts and colour.ts.
import type { paint as paintType } from "./colour.ts";
import type * as Dom from "./dom.ts";

export interface Kit extends Pick<typeof Dom, "h" | "attribute" | "setText" | "icon" | "adopt"> {
  paint: typeof paintType;
}

export let h: Kit["h"];
export let attribute: Kit["attribute"];
export let setText: Kit["setText"];
export let icon: Kit["icon"];
export let adopt: Kit["adopt"];
export let paint: Kit["paint"];

/** To be called once, before any part of the panel is made. */
export function use(kit: Kit): void {
  ({ h, attribute, setText, icon, adopt, paint } = kit);
}
