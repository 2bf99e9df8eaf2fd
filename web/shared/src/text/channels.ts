// The words of a messaging channel's own page: what can be set later, what went wrong, and what may still be written.
import { area } from "../dictionary.ts";

export const channelPage = area("channelPage", {
  edit: "Settings",
  editLabel: (name: string) => `Settings of ${name}`,
  saved: "Saved.",
  kept: "Empty: the one until now stays.",
  /** What can be switched on or off, by the server's name for it. */
  switches: {
    in_channels: "Threads in channels are chats, too",
    member_names: "Members write under their first names",
    gateway: "Messages to the bot are chats",
    human_agent: "Members may answer for seven days",
  },
  switchHelp: {
    in_channels: "In channels where the app is. It needs the rights that the documentation names.",
    member_names: "The app needs the right chat:write.customize. Without it, all write as the app.",
    gateway:
      "Switchboard keeps a connection to Discord for it. Without it, only commands and buttons come in.",
    human_agent: "Instead of 24 hours. Meta must have agreed to it.",
  },
  perSecond: "Most messages in a second",
  perMinute: "Most mails in a minute",
  humanWords: "Words that ask for a human",
  endWords: "Words that end the chat",
  wordsHelp: "One on each line. A message that is nothing else is taken for it.",
  question: "Question after the end",
  questionHelp: "An answer from 1 to 5 is the rating. Empty: nobody is asked.",
  templates: "Templates",
  templatesHelp:
    "What the platform has approved, for when it takes no free words. Members choose one and fill in its places.",
  templateName: (number: number) => `Name of template ${number}`,
  templateLanguage: (number: number) => `Language of template ${number}`,
  templateBody: (number: number) => `Words of template ${number}`,
  templateBodyHelp: "As approved, with {{1}}, {{2}} … for what is filled in.",
  addTemplate: "Add a template",
  removeTemplate: (number: number) => `Remove template ${number}`,
  remove: "Remove",
  log: "Log",
  logLabel: (name: string) => `Log of ${name}`,
  failed: "Came in and could not be worked on",
  failedNone: "Everything that came in was worked on.",
  passedOver: "Left alone",
  stuck: "Waits for you",
  again: "Try again",
  againLabel: (when: string) => `Try again: what came in ${when}`,
  againDone: "It is tried again.",
  sent: "Sent",
  sentNone: "Nothing was sent yet.",
  outcomes: {
    sent: "Taken",
    again: "Waits",
    unknown: "Unknown",
    failed: "Failed",
    reported: "Reported",
    retried: "Asked for",
  },
  attempt: (number: number) => `try ${number}`,
  chat: "Open the chat",
  chatLabel: (when: string) => `Open the chat of what was sent ${when}`,
  more: "Show more",
  reload: "Look again",
});

export const replyWindow = area("replyWindow", {
  open: (until: string) => `The customer can be written to freely until ${until}.`,
  closed: "The customer last wrote too long ago: their platform takes no free words until they write again.",
  closedTemplates:
    "The customer last wrote too long ago: their platform only takes templates until they write again. Choose one and fill in its places.",
  choose: "Choose a template",
});
