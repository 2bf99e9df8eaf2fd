// Words of the dashboard about cards in messages.
import { area } from "../dictionary.ts";

export const cards = area("cards", {
  cards: "Cards",
  button: "Button",
  /** `host`: of another site. */
  pictureAt: (host: string) => `Picture at ${host}`,
  edit: (title: string) => `Edit the card ${title}`,
  tooMuch: "The text and its cards are too long for one message.",
});
