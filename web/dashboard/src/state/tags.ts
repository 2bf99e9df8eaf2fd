// The tags each scope suggests, and putting them on chats.
import { signal } from "@preact/signals";
import { uuid } from "../../../shared/src/uuid.ts";
import { call } from "../api.ts";
import { request } from "./connection.ts";
import { notifyFailure } from "./notices.ts";

const LONGEST = 40;

const known = signal<Readonly<Record<string, readonly string[]>>>({});

export function tagsOf(scopeId: string): readonly string[] {
  return known.value[scopeId] ?? [];
}

/** The first 200 are plenty to choose from; any other can be typed. */
export async function loadTags(scopeId: string): Promise<void> {
  const answer = await call<{ items: string[] }>("GET", `/scopes/${scopeId}/tags?limit=200`);
  known.value = { ...known.value, [scopeId]: answer.items };
}

/** What somebody typed as a tag: lower case, hyphens for blanks, nothing but letters, digits and hyphens. */
export function tagFrom(typed: string): string {
  const joined = typed
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, "-");
  return [...joined.replace(/[^\p{L}\p{N}-]/gu, "")].slice(0, LONGEST).join("");
}

export function putTag(conversation: string, tag: string): void {
  request({ type: "tag", conversation, client_id: uuid(), tag }).catch(notifyFailure);
}

export function takeTag(conversation: string, tag: string): void {
  request({ type: "untag", conversation, client_id: uuid(), tag }).catch(notifyFailure);
}
