// Counting, lists and numbers in the chosen language.
import { locale } from "./chosen.ts";
import { kitOf } from "./kit.ts";

export const kit = kitOf(locale);
export const { plural, list, number, oneDigit, share } = kit;
