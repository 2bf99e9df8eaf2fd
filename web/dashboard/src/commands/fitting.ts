// Which commands fit what was typed. Pure.

/** Those that hold every word; first those in which the first one begins a word. */
export function fitting<T extends { title: string }>(all: readonly T[], query: string): T[] {
  const wanted = query.toLowerCase().split(/\s+/).filter(Boolean);
  const [first] = wanted;
  if (!first) return [...all];
  const found = all.filter(({ title }) => wanted.every((word) => title.toLowerCase().includes(word)));
  const begins = ({ title }: T) => ` ${title.toLowerCase()}`.includes(` ${first}`);
  return [...found.filter(begins), ...found.filter((one) => !begins(one))];
}
