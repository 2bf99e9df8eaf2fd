import { expect, it } from "vitest";
import { paint } from "./colour.ts";

function painted(colour: string): [string, string] {
  const element = document.createElement("div");
  paint(element, colour);
  return [element.style.getPropertyValue("--brand"), element.style.getPropertyValue("--on-brand")];
}

it("picks black or white text by luminance", () => {
  expect(painted("#1f6b4a")).toEqual(["#1f6b4a", "#fff"]);
  expect(painted("#f6c667")).toEqual(["#f6c667", "#000"]);
});

it("lets nothing but a colour through", () => {
  expect(painted("red;background:url(x)")[0]).toBe("#1f6b4a");
  expect(painted("")[0]).toBe("#1f6b4a");
});
