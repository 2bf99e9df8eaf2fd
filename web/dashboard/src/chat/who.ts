// How people are called.
import type { Author, Row } from "../../../shared/src/protocol.gen.ts";
import { common } from "../../../shared/src/text.ts";
import { me } from "../state/session.ts";

export function customerName(row: Row | null): string {
  const name = row?.contact.name ?? "";
  // What the server calls those who gave no name.
  const number = /^Visitor (\d+)$/.exec(name)?.[1];
  return number ? common.visitor(number) : name;
}

/** The first word of a person's name; whole when the second one is a number, as in "Visitor 4821". */
export function firstName(name: string): string {
  const words = name.split(/\s+/);
  return /^\d+$/.test(words[1] ?? "") ? name : (words[0] ?? name);
}

/** Who did something, in the transcript. */
export function doer(by: Author, row: Row | null): string {
  if (by.kind === "contact") return firstName(customerName(row));
  if (by.kind === "member") return by.id === me.value?.id ? common.you : by.name;
  return common.aiAssistant;
}
