import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Store } from "./storage.ts";

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});
afterEach(() => vi.restoreAllMocks());

describe("store", () => {
  it("keeps channels apart", () => {
    new Store("a").set("token", "1");
    expect(new Store("b").get("token")).toBe("");
    expect(new Store("a").get("token")).toBe("1");
  });

  it("removes what is set to nothing", () => {
    const store = new Store("a");
    store.set("token", "1");
    store.set("token", "");
    expect(localStorage.length).toBe(0);
  });

  it("works in memory where storage is blocked", () => {
    vi.spyOn(Storage.prototype, "getItem").mockImplementation(() => {
      throw new Error("blocked");
    });
    const store = new Store("a");
    store.set("token", "1");
    store.setTab("draft", "text");
    expect([store.get("token"), store.getTab("draft")]).toEqual(["1", "text"]);
  });

  it("goes on when storage is full", () => {
    const store = new Store("a");
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new Error("full");
    });
    expect(() => store.set("token", "1")).not.toThrow();
  });

  it("hears of changes in other tabs, of its own channel only", () => {
    const heard: string[] = [];
    new Store("a").onOtherTab((name) => heard.push(name));
    dispatchEvent(new StorageEvent("storage", { key: "switchboard:a:seen" }));
    dispatchEvent(new StorageEvent("storage", { key: "switchboard:b:seen" }));
    expect(heard).toEqual(["seen"]);
  });
});
