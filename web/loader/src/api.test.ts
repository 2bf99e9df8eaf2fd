import { beforeEach, expect, it, vi } from "vitest";
import { type Api, offer } from "./api.ts";

const does = { open: vi.fn(), close: vi.fn(), toggle: vi.fn(), identify: vi.fn() };

beforeEach(() => {
  vi.clearAllMocks();
  window.Switchboard = undefined;
});

it("makes up for calls made before it was there, in their order", async () => {
  const heard = vi.fn();
  window.Switchboard = {
    q: [["on", "unread", heard], ["identify", { name: "Zoë" }], ["open"], ["nonsense" as "open"]],
  };
  const emit = offer(does);
  emit("unread", 2);
  await Promise.resolve();
  expect(heard).toHaveBeenCalledExactlyOnceWith(2);
  expect(does.identify).toHaveBeenCalledExactlyOnceWith({ name: "Zoë" });
  expect(does.open).toHaveBeenCalledOnce();
  expect(does.close).not.toHaveBeenCalled();
});

it("tells each listener of its events until that is ended", async () => {
  const emit = offer(does);
  const api = window.Switchboard as Api;
  const [first, second] = [vi.fn(), vi.fn()];
  const end = api.on("status", first);
  api.on("status", second);
  emit("status", "bot");
  emit("open", undefined);
  await Promise.resolve();
  end();
  emit("status", "agent");
  await Promise.resolve();
  expect(first.mock.calls).toEqual([["bot"]]);
  expect(second.mock.calls).toEqual([["bot"], ["agent"]]);
});
