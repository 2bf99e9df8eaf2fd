import { beforeEach, expect, it } from "vitest";
import { ManualClock } from "../../../shared/src/clock.ts";
import { Store } from "../storage.ts";
import { fits, watch } from "./nudge.part.ts";

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});

const rule = { id: "a1", text: "Need help?", after_seconds: 5, url: "" };

async function visit(rules = [rule], prepare = (_: Store) => {}): Promise<string[]> {
  const clock = new ManualClock();
  const store = new Store("key");
  const said: string[] = [];
  watch(rules, store, async () => ({ nudge: (text) => said.push(text) }), clock);
  prepare(store);
  clock.advance(4999);
  expect(said).toEqual([]);
  clock.advance(1);
  await Promise.resolve();
  await Promise.resolve();
  return said;
}

it("speaks at its time, and once to a visitor", async () => {
  expect(await visit()).toEqual(["Need help?"]);
  expect(await visit()).toEqual([]);
  expect(await visit([rule, { ...rule, id: "b2", text: "Still there?" }])).toEqual(["Still there?"]);
});

it("is silent elsewhere, and when a chat is going on or open", async () => {
  expect(await visit([{ ...rule, url: "https://elsewhere.example/*" }])).toEqual([]);
  expect(await visit([rule], (store) => store.set("chat", "c_1"))).toEqual([]);
  localStorage.clear();
  expect(await visit([rule], (store) => store.setTab("open", "1"))).toEqual([]);
  sessionStorage.clear();
  expect(await visit()).toEqual(["Need help?"]);
});

it.each([
  ["https://a.example/cart?x=1", "", true],
  ["https://a.example/cart", "https://a.example/cart", true],
  ["https://a.example/cart/2", "https://a.example/cart", false],
  ["https://a.example/cart", "*/cart", true],
  ["https://a.example/cart?x", "*/cart", false],
  ["https://a.example/de/cart?x", "https://a.example/*/cart*", true],
  ["https://a.example/", "https://b.example/*", false],
  ["aXbXc", "a*b*c", true],
  ["ac", "ac*c", false],
])("%s fits %s: %s", (address, pattern, expected) => {
  expect(fits(address, pattern)).toBe(expected);
});
