// What each messaging platform asks for when its channel is added, with its words in the language of this moment.
import { messagingSettings as words } from "../../../shared/src/messaging-text.ts";
import { platformWords as more } from "../../../shared/src/text/platforms.ts";

export interface Asked {
  /** A secret is written once, and never shown again. */
  place: "settings" | "secrets";
  /** What the server calls it. */
  name: string;
  label: string;
  help: string;
}

export interface PlatformForm {
  title: string;
  /** We tell the platform ourselves where its events go. */
  connects: boolean;
  asked: readonly Asked[];
}

function asked(kind: keyof typeof more, place: Asked["place"], name: string): Asked {
  const own: Record<string, string> = more[kind];
  return { place, name, label: own[name] ?? name, help: own[`${name}_help`] ?? "" };
}

export function platformForms(): Record<string, PlatformForm> {
  return {
    telegram: {
      title: words.kinds.telegram,
      connects: true,
      asked: [
        { place: "secrets", name: "bot_token", label: words.asked.telegram, help: words.askedHelp.telegram },
      ],
    },
    instagram: {
      title: more.instagram.title,
      connects: true,
      asked: [
        asked("instagram", "settings", "account_id"),
        asked("instagram", "secrets", "access_token"),
        asked("instagram", "secrets", "app_secret"),
      ],
    },
    messenger: {
      title: more.messenger.title,
      connects: true,
      asked: [
        asked("messenger", "settings", "page_id"),
        asked("messenger", "secrets", "access_token"),
        asked("messenger", "secrets", "app_secret"),
      ],
    },
    whatsapp: {
      title: more.whatsapp.title,
      connects: true,
      asked: [
        asked("whatsapp", "settings", "phone_number_id"),
        asked("whatsapp", "settings", "business_account_id"),
        asked("whatsapp", "secrets", "access_token"),
        asked("whatsapp", "secrets", "app_secret"),
      ],
    },
    webhook: {
      title: words.kinds.webhook,
      connects: false,
      asked: [{ place: "settings", name: "url", label: words.asked.webhook, help: words.askedHelp.webhook }],
    },
  };
}
