// How a language counts, lists and writes numbers.

export type Forms = { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;

export interface Kit {
  /** Picks the wording that fits a number; `#` in it stands for the number. */
  plural(count: number, forms: Forms): string;
  /** "a, b and c" */
  list(items: readonly string[]): string;
  number(value: number): string;
  /** At most one digit behind the point. */
  oneDigit(value: number): string;
  /** A part of one, as a percentage. */
  share(part: number): string;
}

export function kitOf(locale: string): Kit {
  const rules = new Intl.PluralRules(locale);
  const lists = new Intl.ListFormat(locale);
  const numbers = new Intl.NumberFormat(locale);
  const oneDigit = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const shares = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
  return {
    plural: (count, forms) => (forms[rules.select(count)] ?? forms.other).replace("#", String(count)),
    list: (items) => lists.format(items),
    number: (value) => numbers.format(value),
    oneDigit: (value) => oneDigit.format(value),
    share: (part) => shares.format(part),
  };
}
