// Words of the dashboard where sound and film are played.
import { area } from "../dictionary.ts";

export const playerWords = area("playerWords", {
  broken: "This browser cannot play it. Download it instead.",
});
