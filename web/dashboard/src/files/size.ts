// How large a file is, for people.
const number = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

export function fileSize(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${number.format(bytes / 1_000)} KB`;
  return `${number.format(bytes / 1_000_000)} MB`;
}
