// What an entry that is no message says in the transcript.
import type { Entry, Row } from "../../../shared/src/protocol.gen.ts";
import { event } from "../../../shared/src/text.ts";
import type { IconName } from "../ui/Icon.tsx";
import { customerName, doer, firstName } from "./who.ts";

export function describe(entry: Entry, row: Row | null): { icon: IconName; text: string } | null {
  const { body } = entry;
  const who = doer(entry.by, row);
  const customer = firstName(customerName(row));
  switch (body.kind) {
    case "handed_off":
      if (body.reason === "bot_failed") return { icon: "alert", text: event.botFailed };
      if (body.reason === "customer") return { icon: "hand", text: event.askedForHuman(customer) };
      return { icon: "hand", text: body.note ? event.botHandedOverNote(body.note) : event.botHandedOver };
    case "joined":
      return { icon: "user", text: body.from === "bot" ? event.joinedBot(who) : event.claimed(who) };
    case "transferred":
      return { icon: "swap", text: event.transferred(who, body.to_name) };
    case "taken_over":
      return { icon: "user", text: body.from === "bot" ? event.tookOverBot(who) : event.tookOver(who) };
    case "requeued":
      if (body.reason === "given_back") return { icon: "hand", text: event.givenBack(who) };
      return {
        icon: "hand",
        text: body.reason === "assignee_gone" ? event.assigneeGone : event.memberRemoved,
      };
    case "handed_back":
      return { icon: "spark", text: event.handedBack(who) };
    case "ended":
      if (body.reason === "resolved") return { icon: "check", text: event.resolved(who) };
      if (body.reason === "customer") return { icon: "x", text: event.endedByCustomer(customer) };
      return { icon: "clock", text: body.reason === "expired" ? event.expired : event.erased };
    case "feedback": {
      if (body.rating && body.comment) {
        return { icon: "star", text: event.ratedComment(customer, body.rating, body.comment) };
      }
      if (body.rating) return { icon: "star", text: event.rated(customer, body.rating) };
      if (body.comment) return { icon: "star", text: event.commented(customer, body.comment) };
      return { icon: "star", text: event.noFeedback(customer) };
    }
    case "activated":
      return { icon: "reopen", text: event.activated(who) };
    case "tagged":
      return { icon: "tag", text: event.tagged(who, body.tag) };
    case "untagged":
      return { icon: "tag", text: event.untagged(who, body.tag) };
    case "erased":
      return { icon: "x", text: event.erased };
    default:
      return null;
  }
}
