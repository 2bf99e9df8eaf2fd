// Reads what somebody wrote as a small part of Markdown: bold, italic, code, links, lists and quotes. The answer is a tree of plain
// data that dashboard and widget turn into elements themselves, so nothing written can become markup of the page. What is not
// understood stays as it was written. Pure.

export type Inline =
  | string
  | { kind: "bold" | "italic"; of: Inline[] }
  | { kind: "code"; text: string }
  /** `href` is an address with one of `SCHEMES`. */
  | { kind: "link"; href: string; of: Inline[] };

export type Block =
  /** Line breaks in it are meant. */
  | { kind: "text"; of: Inline[] }
  /** `start`: the first number of a numbered list; null: not numbered. */
  | { kind: "list"; start: number | null; items: Inline[][] }
  | { kind: "quote"; of: Block[] }
  | { kind: "code"; text: string };

/** Addresses with other schemes never become links. */
export const SCHEMES: readonly string[] = ["http:", "https:", "mailto:", "tel:"];

/** Deeper nesting stays text. */
const DEEPEST = 4;
/** The two marks of bold, italic or code are at most this far apart, in UTF-16 units: bounds the work on hostile texts. */
const LONGEST_SPAN = 1000;

/** False: parsing would only give the text itself. */
export function mayBeRich(text: string): boolean {
  return /[*_`[@•>]|:\S|^-|\d[.)]/m.test(text);
}

export function parse(text: string): Block[] {
  return blocks(text.split("\n"), 0);
}

/** The words alone, for a line that shows the beginning of a message. */
export function plain(text: string): string {
  return mayBeRich(text) ? parse(text).map(wordsOf).join("\n") : text;
}

function wordsOf(block: Block): string {
  if (block.kind === "code") return block.text;
  if (block.kind === "quote") return block.of.map(wordsOf).join("\n");
  return block.kind === "text" ? spoken(block.of) : block.items.map(spoken).join("\n");
}

function spoken(of: Inline[]): string {
  return of
    .map((one) => (typeof one === "string" ? one : one.kind === "code" ? one.text : spoken(one.of)))
    .join("");
}

function blocks(lines: string[], depth: number): Block[] {
  const found: Block[] = [];
  let plain: string[] = [];
  const flush = () => {
    const text = trimmed(plain);
    if (text) found.push({ kind: "text", of: inline(text, depth) });
    plain = [];
  };
  for (let at = 0; at < lines.length; ) {
    const [block, used] = special(lines, at, depth) ?? [null, 1];
    if (block) {
      flush();
      found.push(block);
    } else plain.push(lines[at] as string);
    at += used;
  }
  flush();
  return found;
}

/** A list, quote or block of code that begins at this line, and how many lines it takes. */
function special(lines: string[], at: number, depth: number): [Block, number] | null {
  const line = lines[at] as string;
  if (line.startsWith("```")) {
    const end = lines.indexOf("```", at + 1);
    if (line !== "```" || end < 0) return null;
    return [{ kind: "code", text: lines.slice(at + 1, end).join("\n") }, end - at + 1];
  }
  if (/^>/.test(line) && depth < DEEPEST) {
    const quoted = run(lines, at, (other) => other.startsWith(">"));
    const inner = quoted.map((other) => other.replace(/^> ?/, ""));
    return [{ kind: "quote", of: blocks(inner, depth + 1) }, quoted.length];
  }
  const bullet = /^[-*•] +(?=\S)/;
  if (bullet.test(line)) {
    const items = run(lines, at, (other) => bullet.test(other));
    const texts = items.map((other) => inline(other.replace(bullet, ""), depth));
    return [{ kind: "list", start: null, items: texts }, items.length];
  }
  const number = /^(\d{1,3})[.)] +(?=\S)/;
  const start = number.exec(line)?.[1];
  if (!start || String(Number(start)) !== start) return null;
  const items = run(lines, at, (other, nth) => number.exec(other)?.[1] === String(Number(start) + nth));
  const texts = items.map((other) => inline(other.replace(number, ""), depth));
  return [{ kind: "list", start: Number(start), items: texts }, items.length];
}

/** The lines from `at` on that pass, up to the first that does not. */
function run(lines: string[], at: number, passes: (line: string, nth: number) => boolean): string[] {
  let end = at;
  while (end < lines.length && passes(lines[end] as string, end - at)) end++;
  return lines.slice(at, end);
}

/** As one text, without empty lines at its ends. */
function trimmed(lines: string[]): string {
  return lines
    .join("\n")
    .replace(/^\s*\n/, "")
    .trimEnd();
}

/** Where something may begin: a mark, a labelled link, or an address. */
const BEGIN =
  /(\*\*|[*_`])|\[|\b(?:https?:\/\/|mailto:|tel:)[^\s<>"'`[\]]+|[\p{L}\p{N}._+-]{1,64}@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/giu;
/** Ends a sentence, or the emphasis around it, rather than an address. */
const TRAILING = /[.,;:!?*_)\]]+$/;
const WORD = /[\p{L}\p{N}]/u;

function inline(text: string, depth: number): Inline[] {
  const found: Inline[] = [];
  let from = 0;
  const scan = new RegExp(BEGIN);
  for (let match = scan.exec(text); match; match = scan.exec(text)) {
    const piece = match[1]
      ? marked(text, match.index, match[1], depth)
      : match[0] === "["
        ? labelled(text, match.index, depth)
        : address(match[0]);
    if (!piece) continue;
    if (match.index > from) found.push(text.slice(from, match.index));
    found.push(piece[0]);
    from = match.index + piece[1];
    scan.lastIndex = from;
  }
  if (from < text.length) found.push(text.slice(from));
  return found;
}

/** What begins with this mark, and its length. Marks inside words, as in 2*3*4 or a_b_c, mean nothing. */
function marked(text: string, at: number, mark: string, depth: number): [Inline, number] | null {
  const inner = at + mark.length;
  if (depth >= DEEPEST || isWord(text[at - 1]) || isSpace(text[inner])) return null;
  if (mark === "`" && (text[at - 1] === mark || text[inner] === mark)) return null;
  const within = text.slice(inner, inner + LONGEST_SPAN);
  for (let end = within.indexOf(mark, 1); end > 0; end = within.indexOf(mark, end + 1)) {
    const after = inner + end + mark.length;
    if (isSpace(within[end - 1]) || isWord(text[after])) continue;
    // A single star is not half of two.
    if (mark === "*" && (text[after] === "*" || within[end - 1] === "*")) continue;
    const content = within.slice(0, end);
    if (content.includes("\n\n")) return null;
    if (mark === "`") return [{ kind: "code", text: content }, after - at];
    const kind = mark === "**" ? "bold" : "italic";
    return [{ kind, of: inline(content, depth + 1) }, after - at];
  }
  return null;
}

/** `[label](address)`. A label that looks like an address itself could lie about where it leads: that stays text. */
function labelled(text: string, at: number, depth: number): [Inline, number] | null {
  const match = /^\[([^[\]\n]{1,300})\]\(([^\s()<>"']{1,2000})\)/.exec(text.slice(at, at + 2400));
  const [all, label, target] = match ?? [];
  if (!all || !label?.trim() || !target || depth >= DEEPEST) return null;
  if (/:\/\/|www\.|@/i.test(label) || !isSafe(target)) return null;
  return [{ kind: "link", href: target, of: inline(label, DEEPEST) }, all.length];
}

function address(written: string): [Inline, number] | null {
  const shown = written.replace(TRAILING, "");
  const href = /^(https?|mailto|tel):/i.test(shown) ? shown : `mailto:${shown}`;
  return isSafe(href) ? [{ kind: "link", href, of: [shown] }, shown.length] : null;
}

/** Is this a whole address with a scheme that cannot run script? */
function isSafe(href: string): boolean {
  if (!/^(https?:\/\/|mailto:|tel:)[^\s]/i.test(href)) return false;
  try {
    return SCHEMES.includes(new URL(href).protocol);
  } catch {
    return false;
  }
}

function isWord(char: string | undefined): boolean {
  return char !== undefined && WORD.test(char);
}

function isSpace(char: string | undefined): boolean {
  return char === undefined || /\s/.test(char);
}
