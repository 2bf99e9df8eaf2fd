import { expect, it } from "vitest";
import * as English from "../text.ts";
import * as ar from "./ar.ts";
import * as de from "./de.ts";
import * as es from "./es.ts";
import * as fr from "./fr.ts";
import * as hi from "./hi.ts";
import * as ja from "./ja.ts";
import * as pt from "./pt.ts";

// The type check fails here for a name that a language lacks or says in another shape.
type Words = {
  [Name in keyof typeof English]: (typeof English)[Name] extends string ? string : (typeof English)[Name];
};
const languages: Record<string, Words> = { ar, de, es, fr, hi, ja, pt };
/** What may be the same as in English. */
const same = /^(direction|chat|rating|time|size|messages|optional|file)$/;

const at = Date.UTC(2026, 2, 4, 15, 7);

function say(text: unknown, name: string): string[] {
  if (typeof text === "string") return [text];
  if (name === "refusals") return Object.values(text as object);
  if (name === "time" || name === "backAt") return [(text as typeof English.time)(at, at)];
  if (name === "size") return [(text as typeof English.size)(2_345_678)];
  const counts = /openUnread|place|minutes|starsOf/.test(name);
  return (counts ? [0, 1, 2, 5, 11, 100] : ["Zoë"]).map((value) =>
    (text as (value: unknown) => string)(value),
  );
}

for (const [language, words] of Object.entries(languages)) {
  it(`says everything in ${language}`, () => {
    expect(Object.keys(words).sort()).toEqual(Object.keys(English).sort());
    for (const [name, english] of Object.entries(English)) {
      const said = say(words[name as keyof typeof English], name);
      const inEnglish = say(english, name);
      expect(said, name).toHaveLength(inEnglish.length);
      for (const [index, text] of said.entries()) {
        if (name !== "direction") expect(text.trim(), name).not.toBe("");
        expect(text.includes("Zoë"), name).toBe(inEnglish[index]?.includes("Zoë"));
        expect(text, name).not.toMatch(/#|undefined|NaN/);
        expect(text.endsWith(" "), `${name} ends with a space`).toBe(inEnglish[index]?.endsWith(" "));
        if (!same.test(name)) expect(text, name).not.toBe(inEnglish[index]);
      }
    }
  });
}

it("counts as each language does", () => {
  expect([1, 2, 3, 11, 100].map(ar.minutes)).toEqual([
    "عادةً نحو دقيقة.",
    "عادةً نحو دقيقتين.",
    "عادةً نحو 3 دقائق.",
    "عادةً نحو 11 دقيقة.",
    "عادةً نحو 100 دقيقة.",
  ]);
  expect([fr.place(1), fr.place(2)]).toEqual(["1er", "2e"]);
});
