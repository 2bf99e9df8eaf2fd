// Words of the dashboard about cards in messages.

export const cards = {
  cards: "Cards",
  button: "Button",
  /** `host`: of another site. */
  pictureAt: (host: string) => `Picture at ${host}`,
};
