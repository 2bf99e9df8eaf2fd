// What later entries of a thread say of an earlier message: its files, its changes, reactions to it. Pure.
import type { Entry, FileNews } from "./protocol.gen.ts";
import type { AnyEntry } from "./thread.ts";

export interface Later {
  /** What became of its coming files, by their ids. */
  readonly files: Readonly<Record<string, FileNews>>;
  /** What it said after each change, oldest first. */
  readonly edits: readonly string[];
  /** All reactions of the customer. */
  readonly emojis: readonly string[];
  /** The customer took it back. */
  readonly deleted: boolean;
}

const nothing: Later = { files: {}, edits: [], emojis: [], deleted: false };

/** An entry that is shown at the message it is about, and nowhere else. */
export function isLater(entry: AnyEntry): boolean {
  return ["file", "edited", "reacted", "deleted"].includes(entry.body.kind);
}

/** By the number of the message; those of which nothing is said are not in it. */
export function laterOf(entries: readonly AnyEntry[]): ReadonlyMap<number, Later> {
  const told = new Map<number, Later>();
  for (const { body } of entries) {
    if (!("of" in body)) continue;
    told.set(body.of, after(told.get(body.of) ?? nothing, body));
  }
  return told;
}

type LaterBody = Extract<Entry["body"], { of: number }>;

function after(before: Later, body: LaterBody): Later {
  switch (body.kind) {
    case "file":
      return { ...before, files: { ...before.files, [body.id]: body.news } };
    case "edited":
      return { ...before, edits: [...before.edits, body.text] };
    case "reacted":
      return { ...before, emojis: body.emojis };
    case "deleted":
      return { ...before, deleted: true };
  }
}
