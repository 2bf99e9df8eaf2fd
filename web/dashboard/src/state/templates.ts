// A message that a messaging platform has approved, and takes when it takes no free words.
export interface Template {
  /** As the platform knows it. */
  name: string;
  /** As the platform writes it, such as en_US. */
  language: string;
  /** What the customer reads, with {{1}}, {{2}} … for what is filled in. */
  body: string;
}
