// Members named with "@" in a note. Pure.

export interface Named {
  id: string;
  name: string;
}

/** What is typed after an "@" before the caret, and where the "@" stands; `null` when none is being typed. */
export function atQuery(text: string, caret: number): { query: string; from: number } | null {
  const found = /(?:^|[\s(])@([\p{L}\p{N}'’.-]*)$/u.exec(text.slice(0, caret));
  if (!found) return null;
  const query = found[1] ?? "";
  return { query, from: caret - query.length - 1 };
}

/** Those one of whose names begins with the words. */
export function named<T extends Named>(members: readonly T[], query: string): T[] {
  const wanted = query.toLowerCase();
  return members.filter((member) =>
    member.name
      .toLowerCase()
      .split(/\s+/)
      .some((word) => word.startsWith(wanted)),
  );
}

/** Splits a text at whole names after an "@"; every second part is such a name with its "@". */
export function splitAtNames(text: string, names: readonly string[]): string[] {
  if (!names.length) return [text];
  const longest = [...names].sort((a, b) => b.length - a.length).map((name) => escaped(name));
  return text.split(new RegExp(`(@(?:${longest.join("|")})(?![\\p{L}\\p{N}]))`, "u"));
}

/** Ids of the members whom a text names. */
export function mentionsIn(text: string, members: readonly Named[]): string[] {
  const parts = splitAtNames(
    text,
    members.map((member) => member.name),
  );
  const said = new Set(parts.filter((_, index) => index % 2).map((part) => part.slice(1)));
  return members.filter((member) => said.has(member.name)).map((member) => member.id);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
