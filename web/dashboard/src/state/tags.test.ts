import { expect, test } from "vitest";
import { tagFrom } from "./tags.ts";

test("what is typed becomes a tag", () => {
  expect(tagFrom("  Damaged Item ")).toBe("damaged-item");
  expect(tagFrom("VIP!, (gold)")).toBe("vip-gold");
  expect(tagFrom("Größe_42")).toBe("größe-42");
  expect(tagFrom("?!")).toBe("");
  expect(tagFrom("x".repeat(50)).length).toBe(40);
});
