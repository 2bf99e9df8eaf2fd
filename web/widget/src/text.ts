// Every word the customer reads. `welcome.channel.texts` may replace any of them by its name.

const ENGLISH = {
  assistant: "AI assistant",
  open: "Open chat",
  open_unread_one: "Open chat, {count} unread message",
  open_unread_other: "Open chat, {count} unread messages",
  minimise: "Minimise chat",
  dialog: "Chat with {title}",
  chat: "Chat",
  connecting: "Connecting…",
  write_to_us: "Write to us",
  finding: "Finding someone for you",
  team: "{title} team",
  away: "{title} team, away for a moment",
  chat_ended: "Chat ended",
  human: "Talk to a human",
  human_short: "Human",
  human_asked: "Asking…",
  human_hint: "Prefer a person? You can ask for one now.",
  end: "End chat",
  close: "Close",
  messages: "Messages",
  earlier: "Show earlier messages",
  you: "You",
  new_messages: "New messages",
  write: "Write a message",
  write_hint: "Write a message…",
  send: "Send",
  sent: "Sent",
  read: "Read",
  waiting_to_send: "Waiting to send",
  not_sent: "Not sent",
  try_again: "Try again",
  discard: "Delete",
  slow_down: "That was quick. The rest follows in a moment.",
  busy: "We are busy right now. Your message follows in a moment.",
  offline: "No connection. We keep your messages and try again.",
  refused: "This chat is not available on this page.",
  replaced: "This chat is open in too many places.",
  use_here: "Use it here",
  typing: "{name} is typing",
  you_asked: "You asked for a human",
  assistant_asked: "The assistant asked a person to help",
  assistant_failed: "The assistant cannot answer now. A person will help you",
  joined: "{name} joined the chat",
  transferred: "{name} now helps you",
  requeued: "We are finding someone else for you. You keep your place",
  handed_back: "The assistant is back",
  resolved: "{name} resolved this chat",
  resolved_plain: "This chat was resolved",
  you_ended: "You ended this chat",
  expired: "This chat ended because it was quiet for a while",
  erased_chat: "This chat was deleted",
  activated: "{name} opened this chat again",
  erased: "Message deleted",
  somebody: "Our team",
  place_one: "{count}st",
  place_two: "{count}nd",
  place_few: "{count}rd",
  place_other: "{count}th",
  in_line: "in line.",
  in_line_spoken: "You are {place} in line.",
  wait_soon: "Usually less than a minute.",
  wait_one: "Usually about {count} minute.",
  wait_other: "Usually about {count} minutes.",
  nobody: "Nobody is at the desk right now. We answer as soon as somebody is.",
  keep_writing: "You can keep writing, or leave this page: your place is kept.",
  leave_queue: "Leave the queue",
  how_was_it: "How was it?",
  rating: "Rating",
  stars: "{count} of 5",
  better: "What could be better?",
  optional: "(optional)",
  skip: "Skip",
  send_rating: "Send rating",
  thanks: "Thank you. Your rating helps us.",
  new_chat: "New chat",
  end_title: "End this chat?",
  end_text: "Tell us how it went, if you like.",
  end_send: "Send and end chat",
  end_keep: "Keep chatting",
  end_skip: "Skip and end",
  ending: "Ending the chat…",
  held: "This chat has ended. Your text was not sent.",
  start_with_text: "Start a new chat with this text",
  teaser: "{name} sent you a message:",
  dismiss: "Dismiss",
  powered: "Powered by Switchboard",
} as const;

export type TextName = keyof typeof ENGLISH;
type PluralName = TextName extends infer Name ? (Name extends `${infer Stem}_other` ? Stem : never) : never;

export class Texts {
  readonly own: Record<string, string>;
  private readonly language: string;

  /** `own` replaces wording; `language` is that of the page, for plurals and times. */
  constructor(own: Record<string, string> = {}, language = "en") {
    this.own = own;
    this.language = language;
  }

  /** The text, with `{name}` replaced by the value of that name. */
  say(name: TextName, values: Record<string, string | number> = {}): string {
    const text = this.own[name] ?? ENGLISH[name];
    return text.replace(/\{(\w+)\}/g, (whole, key) => String(values[key] ?? whole));
  }

  /** The form that fits the number: `<name>_one`, `_two`, `_few`, `_other`. */
  count(name: PluralName, count: number, type: Intl.PluralRuleType = "cardinal"): string {
    const form = `${name}_${new Intl.PluralRules("en", { type }).select(count)}`;
    return this.say((form in ENGLISH ? form : `${name}_other`) as TextName, { count });
  }

  /** Clock time today, date and time before. */
  time(at: number, now: number): string {
    const today = new Date(at).toDateString() === new Date(now).toDateString();
    const time: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };
    const day: Intl.DateTimeFormatOptions = today ? {} : { day: "numeric", month: "short" };
    return new Intl.DateTimeFormat(this.language, { ...day, ...time }).format(at);
  }
}
