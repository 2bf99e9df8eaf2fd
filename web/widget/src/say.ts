// How a language says counts, times and sizes.

type Forms = { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;

/** The wording that fits a number; `#` in it stands for the number. */
export function plural(locale: string, count: number, forms: Forms): string {
  return chosen(new Intl.PluralRules(locale), count, forms);
}

/** As `plural`, for a place in a line. */
export function ordinal(locale: string, count: number, forms: Forms): string {
  return chosen(new Intl.PluralRules(locale, { type: "ordinal" }), count, forms);
}

function chosen(rules: Intl.PluralRules, count: number, forms: Forms): string {
  return (forms[rules.select(count)] ?? forms.other).replace("#", `${count}`);
}

/** Clock time today, date and time before. */
export function timeOrDate(locale: string, at: number, now: number): string {
  const today = new Date(at).toDateString() === new Date(now).toDateString();
  return format(locale, at, today ? {} : { day: "numeric", month: "short" });
}

/** The weekday and the time, further on the date and the time. */
export function dayAndTime(locale: string, at: number, now: number): string {
  const near = at - now < 6 * 24 * 60 * 60_000;
  return format(locale, at, near ? { weekday: "long" } : { day: "numeric", month: "long" });
}

function format(locale: string, at: number, day: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(locale, { ...day, hour: "2-digit", minute: "2-digit" }).format(at);
}

/** How large a file is. */
export function fileSize(locale: string, bytes: number): string {
  const mega = bytes >= 1e6;
  const number = Math.max(0.1, bytes / (mega ? 1e6 : 1e3));
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(number)} ${mega ? "MB" : "KB"}`;
}
