// What each language of the dashboard has to say: every area of the English dictionary, with the same keys, the same
// parameters and nothing more. A key that is missing in a language, or is there too much, fails the type check.
import type { Kit } from "./kit.ts";
import type * as alerts from "./text/alerts.ts";
import type * as cardForm from "./text/cardForm.ts";
import type * as cards from "./text/cards.ts";
import type * as channels from "./text/channels.ts";
import type * as commands from "./text/commands.ts";
import type * as messaging from "./text/messaging.ts";
import type * as people from "./text/people.ts";
import type * as picture from "./text/picture.ts";
import type * as platforms from "./text/platforms.ts";
import type * as player from "./text/player.ts";
import type * as profile from "./text/profile.ts";
import type * as refusals from "./text/refusals.ts";
import type * as reports from "./text/reports.ts";
import type * as settings from "./text/settings.ts";
import type * as tags from "./text/tags.ts";
import type * as webhooks from "./text/webhooks.ts";
import type * as text from "./text.ts";

type Everything = typeof text &
  typeof alerts &
  typeof cardForm &
  typeof cards &
  typeof channels &
  typeof commands &
  typeof messaging &
  typeof people &
  typeof picture &
  typeof platforms &
  typeof refusals &
  typeof player &
  typeof profile &
  typeof reports &
  typeof settings &
  typeof tags &
  typeof webhooks;
type Areas = { [Name in Exclude<keyof Everything, "product">]: Everything[Name] };

export type Words = (kit: Kit) => Areas;
