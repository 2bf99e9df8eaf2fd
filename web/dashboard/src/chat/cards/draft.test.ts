import { expect, it } from "vitest";
import { blank, blankButton, draftOf, type Entered, entered, isHttps, problemsOf } from "./draft.ts";

const shirt: Entered = {
  ...blank,
  title: " Blue shirt ",
  text: "20 €",
  picture: "address",
  url: "https://shop.example/blue.png",
  buttons: [
    { ...blankButton, label: "Take it", said: "I take it" },
    { ...blankButton, kind: "link", label: "Details", url: "https://shop.example/blue" },
  ],
};
const file = { id: "f_1", name: "lamp.png", type: "image/png", size: 9, width: 1, height: 1 } as const;

const wrong = (change: Partial<Entered>) =>
  problemsOf({ ...shirt, ...change }).map(({ field, kind }) => `${field} ${kind}`);

it("makes a card of what was entered, and back", () => {
  const draft = draftOf(shirt);
  expect(draft).toEqual({
    card: {
      title: "Blue shirt",
      text: "20 €",
      image: { url: "https://shop.example/blue.png" },
      buttons: [
        { kind: "reply", title: "Take it", text: "I take it" },
        { kind: "link", title: "Details", url: "https://shop.example/blue" },
      ],
    },
  });
  expect(draftOf(entered(draft))).toEqual(draft);
  const lamp = draftOf({ ...blank, title: "Lamp", picture: "file", file, until: 5, alt: "Our lamp" });
  expect(lamp).toEqual({ card: { title: "Lamp", image: { file: "f_1", alt: "Our lamp" } }, file, until: 5 });
  expect(draftOf(entered(lamp))).toEqual(lamp);
});

it("leaves out what is not whole yet", () => {
  const { card } = draftOf({
    ...shirt,
    text: " ",
    url: "https://",
    buttons: [blankButton, { ...blankButton, kind: "link", label: "Details", url: "shop" }],
  });
  expect(card).toEqual({ title: "Blue shirt" });
  expect(draftOf({ ...blank, title: "a\u0007b\nc" }).card.title).toBe("ab\nc");
});

it("finds what the server would refuse", () => {
  expect(wrong({})).toEqual([]);
  expect(wrong({ title: " " })).toEqual(["title missing"]);
  expect(wrong({ title: "ü".repeat(80), text: "ü".repeat(500), alt: "ü".repeat(200) })).toEqual([]);
  expect(wrong({ title: "ü".repeat(81), text: "ü".repeat(501), alt: "ü".repeat(201) })).toEqual([
    "title tooLong",
    "text tooLong",
    "alt tooLong",
  ]);
  expect(wrong({ url: "" })).toEqual(["url missing"]);
  expect(wrong({ url: "http://shop.example" })).toEqual(["url notHttps"]);
  expect(wrong({ url: `https://a/${"x".repeat(1990)}` })).toEqual([]);
  expect(wrong({ url: `https://a/${"x".repeat(1991)}` })).toEqual(["url tooLong"]);
  expect(wrong({ picture: "file" })).toEqual(["file noFile"]);
  expect(wrong({ picture: "file", file, url: "" })).toEqual([]);
  expect(wrong({ buttons: [blankButton, { ...blankButton, kind: "link", label: "ü".repeat(41) }] })).toEqual([
    "buttons.0.label missing",
    "buttons.1.label tooLong",
    "buttons.1.url missing",
  ]);
  expect(wrong({ buttons: [{ ...blankButton, label: "a", said: "ü".repeat(501) }] })).toEqual([
    "buttons.0.said tooLong",
  ]);
});

it("takes https addresses and nothing else", () => {
  for (const good of ["https://shop.example", "https://shop.example/a?b=1#c", "https://a/ü"])
    expect(isHttps(good), good).toBe(true);
  for (const bad of [
    "javascript:alert(1)",
    "data:text/html,x",
    "http://shop.example",
    "HTTPS://shop.example",
    "//shop.example",
    "",
    "https://",
    "https:///a",
    "https://shop.example@evil.example/",
    "https://shop.example/a b",
    "https://shop.example/\n",
    "https://shop.example\\@evil.example",
    "https://[",
  ])
    expect(isHttps(bad), bad).toBe(false);
});
