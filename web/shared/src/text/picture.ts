// Words of the dashboard about a member's picture.
import { area } from "../dictionary.ts";

export const picture = area("picture", {
  title: "Picture",
  help: "Colleagues and the customers you write to see it. PNG, JPEG, GIF or WebP, up to 1 MB.",
  choose: "Choose a picture",
  replace: "Replace",
  remove: "Remove",
  tooLarge: "This picture is too large. Take one of up to 1 MB and 4,096 pixels a side.",
});
