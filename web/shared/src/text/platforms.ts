// What messaging platforms ask for when a channel is added. What their own pages call it stands in
// dashboard/src/settings/platforms.ts, as it is the same in every language.
import { area } from "../dictionary.ts";

export const platformWords = area("platformWords", {
  mail: "E-mail",
  mailAddress: "E-mail address",
  mailAddressHelp: "Customers write to it, and answers come from it.",
  mailName: "Name beside it",
  mailNameHelp: "Of your company, for example.",
  smtpHelp:
    "Server that takes our answers, on port 587 with STARTTLS. Empty: the mail server of the configuration.",
  imapHelp:
    "Server that has the mailbox, on port 993. Empty: a program or a provider posts mails to the address of the channel.",
  mailUser: "user name",
  mailUserHelp: "Often the address itself.",
  mailPassword: "password",
  mailPasswordHelp: "Usually one made for programs (“app password”).",
  lineSecret: "Under “Basic settings” of your channel in the LINE Developers Console.",
  lineToken: "Issue one under “Messaging API” of the same channel.",
  twilioSid: "It begins with AC and is on the start page of Twilio’s console.",
  twilioToken: "Below it. Set the address of the new channel for each number, at “A message comes in”.",
  viberToken: "On partners.viber.com, on the page of your bot.",
  viberName: "Name above messages that no member wrote",
  viberNameHelp: "Up to 28 characters.",
  slackToken: "Under “OAuth & Permissions” of your app at api.slack.com/apps. It begins with xoxb-.",
  slackSecret:
    "Under “Basic Information” of the same app. Afterwards, set the new channel’s address at “Event Subscriptions” and “Interactivity & Shortcuts”.",
  discordApplication: "Under “General Information” of your app at discord.com/developers.",
  discordKey: "Below it.",
  discordToken: "Under “Bot” of the same app. Discord shows it once.",
  instagramIdHelp: "Beside your account at “API setup with Instagram login” in Meta’s developer console.",
  instagramTokenHelp: "Generate it there. It ends after 60 days: replace it before.",
  instagramSecret: "App secrets",
  instagramSecretHelp:
    "The Instagram app secret there, and the app secret under “App settings”, with a comma between them.",
  pageId: "Page ID",
  pageIdHelp: "Beside your page under “Messenger → API settings” in Meta’s developer console.",
  pageTokenHelp: "Generate it there.",
  appSecretHelp: "Under “App settings → Basic”.",
  phoneHelp: "Under “WhatsApp → API setup” in Meta’s developer console; not the number itself.",
  accountHelp: "Below it.",
  systemTokenHelp: "Of a system user, so that it does not end.",
});
