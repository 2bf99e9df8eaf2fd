import { expect, it } from "vitest";
import { pieces } from "./links.ts";

it("finds web addresses and leaves the end of the sentence outside", () => {
  expect(pieces("See https://a.example/x?y=1, or http://b.example.")).toEqual([
    "See ",
    { href: "https://a.example/x?y=1" },
    ", or ",
    { href: "http://b.example" },
    ".",
  ]);
});

it("makes nothing else a link", () => {
  for (const text of ["javascript:alert(1)", "data:text/html,x", "a.example", ""]) {
    expect(pieces(text).some((piece) => typeof piece !== "string")).toBe(false);
  }
});
