// Finds web addresses in a text. Only http and https become links, so no address can run script.

const ADDRESS = /https?:\/\/[^\s<>"']+/g;
/** Ends a sentence rather than the address. */
const TRAILING = /[.,;:!?)\]]+$/;

/** The text in pieces: plain ones as text, addresses as `{ href }`. Joined they are the text again. */
export function pieces(text: string): (string | { href: string })[] {
  const found: (string | { href: string })[] = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const href = match[0].replace(TRAILING, "");
    if (match.index > from) found.push(text.slice(from, match.index));
    found.push({ href });
    from = match.index + href.length;
  }
  if (from < text.length) found.push(text.slice(from));
  return found;
}
