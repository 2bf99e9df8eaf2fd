// The languages there are, and which of them somebody gets.

const codes = ["en", "de", "fr", "es", "pt", "ar", "hi", "ja"] as const;

export type Language = (typeof codes)[number];

/** Each language in its own words, in the order in which it is offered. */
export const languages: Record<Language, string> = {
  en: "English",
  de: "Deutsch",
  fr: "Français",
  es: "Español",
  pt: "Português",
  ar: "العربية",
  hi: "हिन्दी",
  ja: "日本語",
};

export function isLanguage(text: unknown): text is Language {
  return codes.includes(text as Language);
}

/** The first of these tags, such as `pt-BR`, whose language there is; else English. */
export function choose(tags: readonly (string | null | undefined)[]): Language {
  return tags.map((tag) => tag?.split("-")[0]).find(isLanguage) ?? "en";
}

/** What `Intl` is asked for. Digits are those of the keyboard everywhere, as they stand beside customers' own texts. */
export function localeOf(language: Language): string {
  return { en: "en-GB", ar: "ar-u-nu-latn", hi: "hi-u-nu-latn" }[language as string] ?? language;
}

export function directionOf(language: Language): "ltr" | "rtl" {
  return language === "ar" ? "rtl" : "ltr";
}
