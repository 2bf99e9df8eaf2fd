// What each messaging platform asks for when its channel is added, with its words in the language of this moment.
import { messagingSettings as words } from "../../../shared/src/text/messaging.ts";
import { platformWords as more } from "../../../shared/src/text/platforms.ts";

export interface Asked {
  /** A secret is written once, and never shown again. */
  place: "settings" | "secrets";
  /** What the server calls it. */
  name: string;
  label: string;
  help: string;
  /** Most characters, where the platform has a limit. */
  most?: number;
  /** May be left empty. */
  optional?: boolean;
}

export interface PlatformForm {
  title: string;
  /** We tell the platform ourselves where its events go. */
  connects: boolean;
  asked: readonly Asked[];
  /** What can be switched later, and how it is while nobody did. */
  switches?: readonly { name: string; on: "on" | "off" }[];
  /** The setting that says how fast messages may leave, and what it is while nobody set it. */
  pace?: "sends_per_second" | "per_minute";
  usualPace?: string;
  /** It takes only approved messages some time after the customer last wrote. */
  templates?: boolean;
}

const setting = (name: string, label: string, help: string): Asked => ({
  place: "settings",
  name,
  label,
  help,
});
const secret = (name: string, label: string, help: string): Asked => ({
  place: "secrets",
  name,
  label,
  help,
});

const optional = (asked: Asked): Asked => ({ ...asked, optional: true });

/** By the kind of channel. Names that the platform's own pages show are the same in every language. */
export function platformForms(): Record<string, PlatformForm> {
  return {
    email: {
      title: more.mail,
      connects: false,
      pace: "per_minute",
      usualPace: "30",
      asked: [
        setting("address", more.mailAddress, more.mailAddressHelp),
        optional(setting("name", more.mailName, more.mailNameHelp)),
        optional(setting("smtp_host", "SMTP", more.smtpHelp)),
        optional(setting("smtp_user", `SMTP: ${more.mailUser}`, more.mailUserHelp)),
        optional(secret("smtp_password", `SMTP: ${more.mailPassword}`, more.mailPasswordHelp)),
        optional(setting("imap_host", "IMAP", more.imapHelp)),
        optional(setting("imap_user", `IMAP: ${more.mailUser}`, more.mailUserHelp)),
        optional(secret("imap_password", `IMAP: ${more.mailPassword}`, more.mailPasswordHelp)),
      ],
    },
    telegram: {
      title: words.kinds.telegram,
      connects: true,
      pace: "sends_per_second",
      usualPace: "30",
      asked: [secret("bot_token", words.asked.telegram, words.askedHelp.telegram)],
    },
    instagram: {
      title: "Instagram",
      connects: true,
      switches: [{ name: "human_agent", on: "off" }],
      pace: "sends_per_second",
      usualPace: "300",
      asked: [
        setting("account_id", "Instagram account ID", more.instagramIdHelp),
        secret("access_token", "Access token", more.instagramTokenHelp),
        secret("app_secret", more.instagramSecret, more.instagramSecretHelp),
      ],
    },
    messenger: {
      title: "Facebook Messenger",
      connects: true,
      switches: [{ name: "human_agent", on: "off" }],
      pace: "sends_per_second",
      usualPace: "300",
      asked: [
        setting("page_id", more.pageId, more.pageIdHelp),
        secret("access_token", "Page access token", more.pageTokenHelp),
        secret("app_secret", "App secret", more.appSecretHelp),
      ],
    },
    whatsapp: {
      title: "WhatsApp",
      connects: true,
      pace: "sends_per_second",
      usualPace: "80",
      templates: true,
      asked: [
        setting("phone_number_id", "Phone number ID", more.phoneHelp),
        setting("business_account_id", "WhatsApp Business Account ID", more.accountHelp),
        secret("access_token", "Access token", more.systemTokenHelp),
        secret("app_secret", "App secret", more.appSecretHelp),
      ],
    },
    line: {
      title: "LINE",
      connects: true,
      asked: [
        secret("channel_secret", "Channel secret", more.lineSecret),
        secret("channel_access_token", "Channel access token", more.lineToken),
      ],
    },
    twilio: {
      title: "Twilio (SMS, WhatsApp)",
      connects: false,
      templates: true,
      asked: [
        setting("account_sid", "Account SID", more.twilioSid),
        secret("auth_token", "Auth token", more.twilioToken),
      ],
    },
    viber: {
      title: "Viber",
      connects: true,
      asked: [
        secret("auth_token", words.asked.telegram, more.viberToken),
        { ...setting("sender_name", more.viberName, more.viberNameHelp), most: 28 },
      ],
    },
    slack: {
      title: "Slack",
      connects: false,
      switches: [
        { name: "in_channels", on: "off" },
        { name: "member_names", on: "off" },
      ],
      asked: [
        secret("bot_token", "Bot User OAuth Token", more.slackToken),
        secret("signing_secret", "Signing Secret", more.slackSecret),
      ],
    },
    discord: {
      title: "Discord",
      connects: true,
      switches: [{ name: "gateway", on: "on" }],
      asked: [
        setting("application_id", "Application ID", more.discordApplication),
        setting("public_key", "Public Key", more.discordKey),
        secret("bot_token", words.asked.telegram, more.discordToken),
      ],
    },
    webhook: {
      title: words.kinds.webhook,
      connects: false,
      asked: [setting("url", words.asked.webhook, words.askedHelp.webhook)],
    },
  };
}
