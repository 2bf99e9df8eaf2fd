import { expect, it } from "vitest";
import { kitOf } from "../kit.ts";
import { choose, directionOf, type Language, languages, localeOf } from "../language.ts";
import * as alerts from "../text/alerts.ts";
import * as cardForm from "../text/cardForm.ts";
import * as cards from "../text/cards.ts";
import * as channels from "../text/channels.ts";
import * as commands from "../text/commands.ts";
import * as messaging from "../text/messaging.ts";
import * as people from "../text/people.ts";
import * as picture from "../text/picture.ts";
import * as platforms from "../text/platforms.ts";
import * as player from "../text/player.ts";
import * as profile from "../text/profile.ts";
import * as refusals from "../text/refusals.ts";
import * as reports from "../text/reports.ts";
import * as settings from "../text/settings.ts";
import * as tags from "../text/tags.ts";
import * as webhooks from "../text/webhooks.ts";
import * as text from "../text.ts";
import type { Words } from "../words.ts";
import ar from "./ar.ts";
import de from "./de.ts";
import es from "./es.ts";
import fr from "./fr.ts";
import hi from "./hi.ts";
import ja from "./ja.ts";
import pt from "./pt.ts";

const files: Record<Exclude<Language, "en">, Words> = { de, fr, es, pt, ar, hi, ja };
const { product, ...english } = {
  ...text,
  ...alerts,
  ...cardForm,
  ...cards,
  ...channels,
  ...commands,
  ...messaging,
  ...people,
  ...picture,
  ...platforms,
  ...refusals,
  ...profile,
  ...player,
  ...reports,
  ...settings,
  ...tags,
  ...webhooks,
};

/** Words that other languages share with English, or that hold nothing but signs and what is put in. */
const same = new Set(
  `alerts.mention alerts.title analytics.Median analytics.allChats analytics.chats analytics.download analytics.h
  analytics.load analytics.min analytics.minutesUnit analytics.none analytics.p90 analytics.rated
  analytics.s cannedPage.text cardForm.text channelSettings.askName channelSettings.name channelSettings.ruleText
  chat.chat chat.details common.ai composer.emoji details.dateAt details.name details.page details.place
  details.session empty.team frame.chats frame.sections frame.unreadTitle hoursSettings.date
  hoursSettings.day hoursSettings.zone keySettings.name list.byAi list.chats memberSettings.actions
  memberSettings.agent memberSettings.name memberSettings.status messagingSettings.name platformWords.mail profile.notifications profile.offline
  profile.withChats profilePage.look profilePage.name scopeSettings.mode scopeSettings.name
  settings.notifications shortcuts.details tagSettings.chats tagWords.more units.hours units.minutes units.seconds
  webhookSettings.title`.split(/\s+/),
);

const counts = [0, 1, 2, 5, 11, 100];
const listed = /^(names|open|stars)$/;
const counted = /^(count|seconds|days|answers|chats|others|number|max|rating|part|by|average|left)$/;

/** Every answer of a text: each count in turn, a mark of its own for each thing that is named. */
function say(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "function") return Object.values(value as object).flatMap(say);
  const names = (/^\(?([^)=]*)\)?\s*=>/.exec(String(value))?.[1] ?? "").split(",").map((name) => name.trim());
  return counts.map((count) =>
    value(
      ...names.map((name) => {
        if (listed.test(name)) return name === "stars" ? [1, 2, 3] : ["⟦one⟧", "⟦two⟧"];
        return counted.test(name) ? count : `⟦${name}⟧`;
      }),
    ),
  );
}

const marks = (text: string) => [...new Set(text.match(/⟦\w+⟧|\{\w+\}/g))].sort();

for (const [language, file] of Object.entries(files)) {
  const words = file(kitOf(localeOf(language as Language))) as unknown as Record<
    string,
    Record<string, unknown>
  >;

  it(`has every text in ${language}, and no other`, () => {
    expect(Object.keys(words).sort()).toEqual(Object.keys(english).sort());
    for (const [area, texts] of Object.entries(english))
      expect(Object.keys(words[area] ?? {}).sort(), area).toEqual(Object.keys(texts).sort());
  });

  it(`says the same things in ${language}`, () => {
    for (const [area, texts] of Object.entries(english))
      for (const [key, value] of Object.entries(texts)) {
        const where = `${area}.${key}`;
        const inEnglish = say(value);
        const said = say(words[area]?.[key]);
        expect(said, where).toHaveLength(inEnglish.length);
        for (const [index, text] of said.entries()) {
          expect(text.trim(), where).not.toBe("");
          expect(text, where).not.toMatch(/#|undefined|NaN|\[object/);
          expect(marks(text), where).toEqual(marks(inEnglish[index] ?? ""));
        }
        if (!same.has(where)) expect(said, where).not.toEqual(inEnglish);
      }
  });
}

it("counts as Arabic does, in six forms", () => {
  const words = ar(kitOf(localeOf("ar")));
  expect([0, 1, 2, 5, 11, 100].map(words.analytics.allChats)).toEqual([
    "لا محادثات",
    "محادثة واحدة",
    "محادثتان",
    "5 محادثات",
    "11 محادثة",
    "100 محادثة",
  ]);
});

it("takes the first language of somebody's that there is", () => {
  expect(choose([null, "zh-TW", "pt-PT", "de"])).toBe("pt");
  expect(choose(["auto", "sv", undefined])).toBe("en");
  expect(choose(["ja", "de"])).toBe("ja");
  expect(Object.keys(languages)).toHaveLength(8);
  expect([directionOf("ar"), directionOf("hi")]).toEqual(["rtl", "ltr"]);
  expect(product).toBe("Switchboard");
});
