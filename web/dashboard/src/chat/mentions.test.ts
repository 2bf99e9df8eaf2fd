import { expect, test } from "vitest";
import { atQuery, mentionsIn, named, splitAtNames } from "./mentions.ts";

const team = [
  { id: "m_1", name: "Sam" },
  { id: "m_2", name: "Sam Ortega" },
  { id: "m_3", name: "Priya Nair" },
  { id: "m_4", name: "J. (Jo) Day" },
];

test("an @ asks for members where a word begins", () => {
  expect(atQuery("@", 1)).toEqual({ query: "", from: 0 });
  expect(atQuery("see @pri now", 8)).toEqual({ query: "pri", from: 4 });
  expect(atQuery("a@b", 3)).toBeNull();
  expect(atQuery("@Sam ", 5)).toBeNull();
});

test("any of their names may begin with it", () => {
  expect(named(team, "ort").map((member) => member.id)).toEqual(["m_2"]);
  expect(named(team, "").length).toBe(4);
});

test("whole names count, the longest first", () => {
  expect(mentionsIn("@Sam Ortega and @Priya Nair, look", team)).toEqual(["m_2", "m_3"]);
  expect(mentionsIn("@Sam look", team)).toEqual(["m_1"]);
  expect(mentionsIn("@Samuel, sam@x.example", team)).toEqual([]);
  expect(mentionsIn("@J. (Jo) Day?", team)).toEqual(["m_4"]);
  expect(splitAtNames("hi @Sam!", ["Sam"])).toEqual(["hi ", "@Sam", "!"]);
});
