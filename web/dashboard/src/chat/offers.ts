// What is offered while a reply or a note is being typed: canned replies after "/".
import type { Row } from "../../../shared/src/protocol.gen.ts";
import { composer as words } from "../../../shared/src/text.ts";
import { cannedOf } from "../state/canned.ts";
import type { DraftKind } from "../state/drafts.ts";
import { scopeOf } from "../state/scopes.ts";
import { me } from "../state/session.ts";
import { filled, matching, slashQuery } from "./canned.ts";
import type { Offer } from "./Suggest.tsx";
import { firstName } from "./who.ts";

/** Puts a text in place of what was typed. */
export type Put = (text: string) => void;

export function offerFor(row: Row, kind: DraftKind, text: string, put: Put): Offer | null {
  const query = kind === "reply" ? slashQuery(text) : null;
  if (query === null) return null;
  const home = scopeOf(row);
  const values = {
    customer: firstName(row.contact.name),
    agent: firstName(me.value?.name ?? ""),
    scope: home?.name ?? "",
  };
  const items = matching(cannedOf(home?.id ?? ""), query).map((reply) => ({
    id: reply.id,
    code: `/${reply.shortcut}`,
    title: reply.title,
    detail: reply.text,
    take: () => put(filled(reply.text, values)),
  }));
  return items.length ? { label: words.canned, key: `/${query}`, items } : null;
}
