// The words of the chosen language, fetched before anything that speaks is evaluated. English is built in; every other
// language is a file of its own in languages/, which imports nothing but types: it is waited for here, so it cannot wait
// for what stands beside this file.
import { language } from "./chosen.ts";
import type { Language } from "./language.ts";
import { kit } from "./plural.ts";
import type { Words } from "./words.ts";

const files: Record<Exclude<Language, "en">, () => Promise<{ default: Words }>> = {
  de: () => import("./languages/de.ts"),
  fr: () => import("./languages/fr.ts"),
  es: () => import("./languages/es.ts"),
  pt: () => import("./languages/pt.ts"),
  ar: () => import("./languages/ar.ts"),
  hi: () => import("./languages/hi.ts"),
  ja: () => import("./languages/ja.ts"),
};

const chosen: Record<string, unknown> = await words();

async function words(): Promise<Record<string, unknown>> {
  if (language === "en") return {};
  try {
    return { ...(await files[language]()).default(kit) };
  } catch {
    // A page in English is better than none.
    document.documentElement.lang = "en";
    document.documentElement.dir = "ltr";
    return {};
  }
}

/** The texts of one area of the pages in the chosen language; `name` is that of the constant. Nothing but its answer matters, so
 *  that a bundle carries only the areas it uses. */
/* @__NO_SIDE_EFFECTS__ */
export function area<Texts extends object>(name: string, english: Texts): Texts {
  return Object.assign(english, chosen[name]);
}
