// How large a file is, for people.
import { oneDigit } from "../../../shared/src/plural.ts";

export function fileSize(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${oneDigit(bytes / 1_000)} KB`;
  return `${oneDigit(bytes / 1_000_000)} MB`;
}
