// The words of messaging channels and of what became of a message on one.
import { area } from "../dictionary.ts";

export const deliveryWords = area("deliveryWords", {
  queued: "Waiting to be sent",
  unconfirmed: "Nobody knows whether it arrived.",
  sent: "Sent",
  delivered: "Delivered",
  read: "Read",
  failed: "Not delivered.",
});

export const customerWords = area("customerWords", {
  fetching: "Being fetched …",
  /** Why a file of the customer is not here. */
  notFetched: {
    too_large: "It is larger than files may be here.",
    type: "Only images, audio, video, PDF and plain text are kept.",
    gone: "The platform no longer has it.",
    refused: "The platform does not hand it out.",
    unreachable: "The platform could not be reached.",
  },
  edited: "Edited",
  before: "What it said before:",
  reactions: (customer: string) => `Reactions of ${customer}`,
  deleted: "Deleted by the customer",
});

export const messagingSettings = area("messagingSettings", {
  title: "Messaging channels",
  add: "Add a channel",
  kind: "Where customers write",
  kinds: { webhook: "A program of yours", telegram: "Telegram" },
  name: "Name",
  asked: { webhook: "Address for our answers", telegram: "Token of your bot" },
  askedHelp: {
    webhook: "Your program takes signed requests here.",
    telegram: "@BotFather on Telegram shows it.",
  },
  on: "On",
  off: "Off",
  switchLabel: (name: string) => `${name} on`,
  connect: "Connect",
  connected: "The platform sends its messages here now.",
  hook: "The platform sends its messages to this address:",
  lastEvent: (when: string) => `Last heard from: ${when}.`,
  noEvent: "Nothing has come yet.",
  fault: (reason: string) => `The platform turns this channel away: ${reason}`,
  /** Of the secrets that this server makes, by their name. */
  secrets: {
    inbound_secret: "Secret that signs your program’s messages",
    outbound_secret: "Secret that signs our answers",
    webhook_secret: "Secret that the platform sends along",
    hook_password: "Password for a mail provider, in the address that it posts to",
  },
  /** Of any other. */
  secret: (name: string) => `Secret ${name}`,
});

/** What the platform says before a channel is saved. */
export const channelCheck = area("channelCheck", {
  asking: "Asking the platform…",
  works: (account: string) => `The platform lets us in: ${account}.`,
  unnamed: "The platform lets us in.",
  refused: (reason: string) => `The platform does not let us in: ${reason}`,
  unknown: (reason: string) => `The platform gives no clear answer: ${reason}`,
  warning: "You can save the channel all the same. It sends and receives nothing until this is mended.",
  anyway: "Save anyway",
});
