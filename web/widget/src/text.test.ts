import { expect, it } from "vitest";
import * as T from "./text.ts";

it("counts places and minutes", () => {
  expect([1, 2, 3, 4, 11, 12, 13, 21, 22].map(T.place)).toEqual([
    "1st",
    "2nd",
    "3rd",
    "4th",
    "11th",
    "12th",
    "13th",
    "21st",
    "22nd",
  ]);
  expect(T.minutes(1)).toBe("Usually about 1 minute.");
  expect(T.minutes(3)).toBe("Usually about 3 minutes.");
  expect(T.openUnread(1)).toBe("Open chat, 1 unread message");
  expect(T.openUnread(2)).toBe("Open chat, 2 unread messages");
});
