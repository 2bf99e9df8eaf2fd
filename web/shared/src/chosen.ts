// The dashboard's language in this browser: the one chosen in the profile, else the first of the browser's that there
// is. It is fixed while a page lives; another choice counts from the next load on.
import { choose, directionOf, isLanguage, type Language, localeOf } from "./language.ts";

const KEY = "switchboard.language";

/** The reader's own choice; null: the browser's languages decide. */
export const ownChoice = remembered();
export const language = choose([ownChoice, ...navigator.languages]);
/** For everything that `Intl` formats. */
export const locale = localeOf(language);

if (typeof document !== "undefined") {
  document.documentElement.lang = language;
  document.documentElement.dir = directionOf(language);
}

function remembered(): Language | null {
  try {
    const stored = localStorage.getItem(KEY);
    return isLanguage(stored) ? stored : null;
  } catch {
    return null;
  }
}

/** Remembers the choice for the next load of a page. */
export function remember(choice: Language | null): void {
  try {
    if (choice) localStorage.setItem(KEY, choice);
    else localStorage.removeItem(KEY);
  } catch {
    // Without storage the browser's languages keep deciding.
  }
}
