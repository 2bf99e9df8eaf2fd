// Which canned replies fit what is typed, and what they say in this chat. Pure.
import type { CannedReply } from "../state/canned.ts";

/** More than anybody reads through; typing on narrows them down. */
const SHOWN = 50;

/** What stands after the slash when nothing else is written; `null` otherwise. */
export function slashQuery(text: string): string | null {
  return /^\/(\S*)$/.exec(text)?.[1] ?? null;
}

/** Those whose shortcut begins with the words first, then those with them anywhere in shortcut or title. */
export function matching(all: readonly CannedReply[], query: string): CannedReply[] {
  const wanted = query.toLowerCase();
  const begins = (reply: CannedReply) => reply.shortcut.startsWith(wanted);
  const has = (reply: CannedReply) =>
    reply.shortcut.includes(wanted) || reply.title.toLowerCase().includes(wanted);
  return [...all.filter(begins), ...all.filter((reply) => !begins(reply) && has(reply))].slice(0, SHOWN);
}

/** Replaces the placeholders that have a value; others stay for the writer to fill in. */
export function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(
    /\{(\w+)\}/g,
    (whole, name: string) => (Object.hasOwn(values, name) ? values[name] : undefined) ?? whole,
  );
}

/** Where the first placeholder that is left stands, else the end. */
export function nextBlank(text: string): [from: number, to: number] {
  const left = /\{\{\d+\}\}|\{[^{}\n]{1,40}\}/.exec(text);
  return left ? [left.index, left.index + left[0].length] : [text.length, text.length];
}
