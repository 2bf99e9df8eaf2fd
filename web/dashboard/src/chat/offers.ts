// What is offered while something is being typed: canned replies after "/" in a reply, members after "@" in a note.
import type { Row } from "../../../shared/src/protocol.gen.ts";
import { mention, composer as words } from "../../../shared/src/text.ts";
import { go } from "../router.ts";
import { cannedOf } from "../state/canned.ts";
import type { DraftKind } from "../state/drafts.ts";
import { scopeOf } from "../state/scopes.ts";
import { me } from "../state/session.ts";
import { filled, matching, slashQuery } from "./canned.ts";
import { atQuery, named } from "./mentions.ts";
import type { Offer } from "./Suggest.tsx";
import { firstName } from "./who.ts";

/** Replaces the whole text, and says where writing goes on; without it at the first blank that is left. */
export type Put = (text: string, caret?: number) => void;

/** More colleagues are narrowed down by typing on. */
const MEMBERS_SHOWN = 8;

export function offerFor(row: Row, kind: DraftKind, text: string, caret: number, put: Put): Offer | null {
  return kind === "reply" ? replies(row, text, put) : members(row, text, caret, put);
}

function replies(row: Row, text: string, put: Put): Offer | null {
  const query = slashQuery(text);
  if (query === null) return null;
  const home = scopeOf(row);
  const values = {
    customer: firstName(row.contact.name),
    agent: firstName(me.value?.name ?? ""),
    scope: home?.name ?? "",
  };
  const all = cannedOf(home?.id ?? "");
  if (!all.length && !query) {
    const none = { id: "none", title: words.cannedNone, take: () => go("/canned") };
    return { label: words.canned, key: "/", items: [none] };
  }
  const items = matching(all, query).map((reply) => ({
    id: reply.id,
    code: `/${reply.shortcut}`,
    title: reply.title,
    detail: reply.text,
    take: () => put(filled(reply.text, values)),
  }));
  return items.length ? { label: words.canned, key: `/${query}`, items } : null;
}

function members(row: Row, text: string, caret: number, put: Put): Offer | null {
  const asked = atQuery(text, caret);
  if (!asked) return null;
  const colleagues = (scopeOf(row)?.members ?? []).filter((member) => member.id !== me.value?.id);
  const items = named(colleagues, asked.query)
    .slice(0, MEMBERS_SHOWN)
    .map((member) => ({
      id: member.id,
      title: member.name,
      take: () => {
        const before = `${text.slice(0, asked.from)}@${member.name} `;
        put(before + text.slice(caret), before.length);
      },
    }));
  return items.length ? { label: mention.title, key: `@${asked.from}${asked.query}`, items } : null;
}
