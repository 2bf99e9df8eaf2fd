// Technical facts of a session in words for people.
import { locale } from "../../../shared/src/chosen.ts";

const systems: [RegExp, string][] = [
  [/iPhone/, "iPhone"],
  [/iPad/, "iPad"],
  [/Android/, "Android"],
  [/Windows/, "Windows"],
  [/Mac OS X|Macintosh/, "Mac"],
  [/CrOS/, "ChromeOS"],
  [/Linux/, "Linux"],
];

/** More specific ones first: Edge and Opera also call themselves Chrome, Chrome also Safari. */
const browsers: [RegExp, string][] = [
  [/Edg(?:e|A|iOS)?\/(\d+)/, "Edge"],
  [/OPR\/(\d+)/, "Opera"],
  [/(?:Firefox|FxiOS)\/(\d+)/, "Firefox"],
  [/(?:Chrome|CriOS)\/(\d+)/, "Chrome"],
  [/Version\/(\d+)[.\d]* .*Safari/, "Safari"],
];

/** "Windows, Firefox 151" */
export function deviceOf(userAgent: string): { name: string; phone: boolean } | null {
  const system = systems.find(([pattern]) => pattern.test(userAgent))?.[1];
  const browser = browsers.flatMap(([pattern, name]) => {
    const found = pattern.exec(userAgent);
    return found ? [`${name} ${found[1]}`] : [];
  })[0];
  const name = [system, browser].filter(Boolean).join(", ");
  return name ? { name, phone: /iPhone|Android.*Mobile/.test(userAgent) } : null;
}

/** "German" for de or de-DE. */
export function languageOf(tag: string): string {
  try {
    return new Intl.DisplayNames(locale, { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** "Berlin" for Europe/Berlin. */
export function placeOf(zone: string): string {
  return (zone.split("/").pop() ?? zone).replaceAll("_", " ");
}

/** The path of an address, or its host when there is none; what is no address is shown as it is. */
export function pathOf(address: string): string {
  try {
    const url = new URL(address);
    return url.pathname === "/" ? url.host : url.pathname;
  } catch {
    return address;
  }
}
