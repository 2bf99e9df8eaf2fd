import { expect, test } from "vitest";
import { deviceOf, languageOf, pathOf, placeOf } from "./readable.ts";

test("devices", () => {
  const iphone =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1";
  expect(deviceOf(iphone)).toEqual({ name: "iPhone, Safari 19", phone: true });
  const edge =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36 Edg/150.0.0.0";
  expect(deviceOf(edge)).toEqual({ name: "Windows, Edge 150", phone: false });
  expect(deviceOf("curl/8")).toBeNull();
});

test("languages, places, addresses", () => {
  expect(languageOf("de")).toBe("German");
  expect(languageOf("%%")).toBe("%%");
  expect(placeOf("America/New_York")).toBe("New York");
  expect(pathOf("https://shop.example/benches/walnut?x=1")).toBe("/benches/walnut");
  expect(pathOf("https://shop.example/")).toBe("shop.example");
  expect(pathOf("android-app")).toBe("android-app");
});
