// Why the server refused, by its code. Fetched with the first refusal; what a server that is away or busy cannot be asked for
// stands in `failure`.
import { area } from "../dictionary.ts";
import type { ErrorCode } from "../protocol.gen.ts";
import type { failure } from "../text.ts";

export const refusals = area("refusals", {
  bad_request: "Something in this form is not right. Look at it again.",
  unauthenticated: "You are signed out. Sign in, then try again.",
  invalid_token: "This link is not valid any more. Ask for a new one.",
  forbidden: "Your role does not allow this.",
  origin_denied: "This page may not talk to the server. Open the dashboard at its own address.",
  not_found: "This does not exist any more.",
  already_assigned: "Somebody else already has this chat.",
  not_assignee: "Only the member who has this chat can do that.",
  ended: "This chat has ended.",
  not_ended: "This chat is active already.",
  active_exists: "This customer already has another active chat.",
  no_such_agent: "That colleague cannot take chats of this scope.",
  no_bot: "This scope has no AI.",
  already_rated: "This chat has been rated already.",
  rating_closed: "The time to rate this chat is over.",
  stale_bot_turn: "The AI answered too late. Its answer was kept aside.",
  away: "Nobody is there to answer now.",
  form_required: "The customer has not answered the questions of the channel yet.",
  id_reused: "This was sent before with other content. Write it anew.",
  too_many_tags: "This chat has as many tags as it may.",
  too_large: "The text is too long.",
  insufficient_storage: "The server has no space left. Tell whoever runs it.",
} satisfies Record<Exclude<ErrorCode, keyof typeof failure>, string>);
