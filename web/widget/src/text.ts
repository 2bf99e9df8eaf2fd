// Every word the customer reads, in English. The other languages stand in text/ and say the same under the same names: the
// build makes the panel and its parts once for each language, with that language's file in place of this one.
import type { ErrorCode } from "../../shared/src/protocol.gen.ts";
import { dayAndTime, fileSize, ordinal, plural, timeOrDate } from "./say.ts";

/** For everything that `Intl` formats. */
const locale = "en-GB";
/** Where lines begin, where that is not the page's business. */
export const direction = "";

export const assistant = "AI assistant";
export const openChat = "Open chat";
export const chatFailed = "The chat could not be loaded. Try again";
export const minimise = "Minimise chat";
export const chat = "Chat";
export const connecting = "Connecting…";
export const writeToUs = "Write to us";
export const finding = "Finding someone for you";
export const team = (title: string) => `${title} team`;
export const away = (title: string) => `${title} team, away for a moment`;
export const chatEnded = "Chat ended";
export const human = "Talk to a human";
export const askingHuman = "Asking…";
export const humanHint = "Prefer a person? You can ask for one now.";
export const endChat = "End chat";
export const closePanel = "Close";
export const messages = "Messages";
export const earlier = "Show earlier messages";
export const earlierChats = "Earlier chats";
export const chatOf = (when: string) => `Chat of ${when}`;
export const noEarlier = "There are no earlier chats.";
export const loading = "Loading…";
export const notLoaded = "This could not be loaded. Try again in a moment.";
export const back = "Back";
export const more = "Show more";
export const cards = "Cards";
export const cardBefore = "Previous card";
export const cardNext = "Next card";
export const chosen = "Chosen:";
export const newTab = "(opens in a new tab)";
export const you = "You: ";
export const newMessages = "New messages";
export const writeMessage = "Write a message";
export const writeHint = "Write a message…";
export const send = "Send";
export const sent = "Sent";
export const seen = "Read";
export const waitingToSend = "Waiting to send";
export const notSent = "Not sent";
export const tryAgain = "Try again";
export const discard = "Delete";
export const paused = "One moment, the rest of your messages follows.";
export const offline = "No connection. We keep your messages and try again.";
export const refused = "This chat is not available on this page.";
export const replaced = "This chat is open in too many other places.";
export const isTyping = (name: string) => `${name} is typing`;
export const youAsked = "You asked for a human";
export const assistantAsked = "The assistant asked a person to help";
export const assistantFailed = "The assistant cannot answer. A person will help you";
export const joined = (name: string) => `${name} joined the chat`;
export const transferred = (name: string) => `${name} now helps you`;
export const requeued = "We are finding someone else for you. You keep your place";
export const handedBack = "The assistant is back";
export const resolved = (name: string) => `${name} resolved this chat`;
export const youEnded = "You ended this chat";
export const expired = "This chat ended after a long silence";
export const erasedChat = "This chat was deleted";
export const activated = (name: string) => `${name} opened this chat again`;
export const somebody = "Our team";
export const inLine = "in line.";
export const inLineSpoken = (place: string) => `You are ${place} in line.`;
export const nobody = "Nobody is at the desk right now. You can keep writing: your place is kept.";
export const keepWriting = "You can keep writing, or leave this page: your place is kept.";
export const leaveQueue = "Leave the queue";
export const howWasIt = "How was it?";
export const rating = "Rating";
export const starsOf = (count: number) => `${count} of 5`;
export const better = "What could be better? ";
export const optional = "(optional)";
export const skip = "Skip";
export const sendRating = "Send rating";
export const thanks = "Thank you. Your rating helps us.";
export const newChat = "New chat";
export const endTitle = "End this chat?";
export const endText = "Tell us how it went, if you like.";
export const endSend = "Send and end chat";
export const endKeep = "Keep chatting";
export const endSkip = "Skip and end";
export const ending = "Ending the chat…";
export const textHeld = "This chat has ended. Your text was not sent.";
export const startWithText = "Start a new chat with this text";
export const sentYou = (name: string) => `${name} sent you a message:`;
export const dismiss = "Dismiss";
export const attach = "Attach a file";
export const filesToSend = "Files to send";
export const file = "File";
export const filesMissing = "Reload the page to see the file.";
export const tooLarge = "Files can have up to 10 MB.";
export const wrongType = "Only images, audio, video, PDF and plain text can be sent.";
export const notUploaded = "Not uploaded.";
export const removeFile = (name: string) => `Remove ${name}`;
export const uploading = (name: string) => `Uploading ${name}`;
export const download = "Download";
export const play = "Play";
export const notPlayed = "This browser cannot play it. Download it instead.";
export const downloadFile = (name: string) => `Download ${name}`;
export const powered = "Powered by Switchboard";

export const formTitle = "Before we start";
export const formGo = "Start the chat";
export const formBack = "Back to the chat";
export const yourName = "Your name";
export const yourEmail = "Your email address";
export const yourMessage = "Your message";
export const needed = "Please fill this in.";
export const badEmail = "This is not an email address.";
export const leaveTitle = "Leave a message";
export const leaveLead = "Leave a message and your email address. We get back to you.";
export const leaveSend = "Send message";
export const nobodyNow = "Nobody is here right now.";
export const emailInstead = "Email me instead";
export const mailChat = "Email me this chat";
export const mailSend = "Send";
export const mailSent = "It is on its way to you.";
export const mailFailed = "That did not work. Try again later.";
export const keepsPlace = "You can keep writing, or leave this page: your place is kept.";

const again = "That did not work. Try again.";
const stranger = "This page does not know you any more. Reload it, then try again.";
const busy = "We are very busy. Try again in a moment.";
/** Why something that the customer sent was refused. */
export const refusals: Record<ErrorCode, string> = {
  bad_request: "Something in it cannot be sent. Write it anew.",
  unauthenticated: stranger,
  invalid_token: stranger,
  forbidden: refused,
  origin_denied: refused,
  not_found: "A file that belongs to it is gone. Attach it again.",
  already_assigned: again,
  not_assignee: again,
  ended: "This chat has ended.",
  not_ended: again,
  active_exists: "You have another chat that is still open.",
  no_such_agent: again,
  no_bot: again,
  already_rated: "You have rated this chat already.",
  rating_closed: "It is too late to rate this chat.",
  stale_bot_turn: again,
  away: nobodyNow,
  form_required: "Please answer the questions first.",
  id_reused: "This was sent before. Write it anew.",
  too_many_tags: again,
  too_large: "This is too long. Send it in parts.",
  rate_limited: "That was very fast. Wait a moment, then try again.",
  overloaded: busy,
  unavailable: busy,
  draining: "We are back in a moment. Try again then.",
  insufficient_storage: "We cannot take it now. Try again later.",
};

/** When somebody is there again. */
export const backAt = (at: number, now: number) => `We are back ${dayAndTime(locale, at, now)}.`;
export const openUnread = (count: number) =>
  plural(locale, count, { one: "Open chat, # unread message", other: "Open chat, # unread messages" });
/** A place in the line: 1st, 2nd, 3rd, 4th. */
export const place = (count: number) =>
  ordinal(locale, count, { one: "#st", two: "#nd", few: "#rd", other: "#th" });
export const soon = "Usually less than a minute.";
/** How long it usually takes. */
export const minutes = (count: number) =>
  plural(locale, count, { one: "Usually about # minute.", other: "Usually about # minutes." });
export const time = (at: number, now: number) => timeOrDate(locale, at, now);
export const size = (bytes: number) => fileSize(locale, bytes);
