import { expect, test } from "vitest";
import { fileSize } from "./size.ts";

test("sizes are rounded to what people read", () => {
  expect([0, 999, 1_000, 12_340, 999_999, 10_485_760].map(fileSize)).toEqual([
    "0 B",
    "999 B",
    "1 KB",
    "12.3 KB",
    "1,000 KB",
    "10.5 MB",
  ]);
});
