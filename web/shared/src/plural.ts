// Picks the wording that fits a number.

const rules = new Intl.PluralRules("en");

export type Forms = { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;

/** `#` in the chosen form stands for the number. */
export function plural(count: number, forms: Forms): string {
  const form = forms[rules.select(count)] ?? forms.other;
  return form.replace("#", String(count));
}
