// The words of the page where a scope's tags are kept.
import { area } from "../dictionary.ts";
import { plural } from "../plural.ts";

export const tagSettings = area("tagSettings", {
  lead: "Words that members put on chats to find and count them by. A tag that is new on a chat joins this list.",
  add: "New tag",
  tag: "Tag",
  help: "Lower-case letters, digits and hyphens, such as lost-parcel.",
  none: "There is no tag yet.",
  chats: (count: number) => plural(count, { one: "# chat", other: "# chats" }),
  rename: "Rename",
  renameLabel: (tag: string) => `Rename ${tag}`,
  renameHelp: "Chats that have it get the new word, ended ones too.",
  renaming: (left: number) => plural(left, { one: "# chat is left", other: "# chats are left" }),
  remove: "Remove",
  removeLabel: (tag: string) => `Remove ${tag}`,
  removeTitle: (tag: string) => `Remove “${tag}” from the list?`,
  removeLead: (count: number) =>
    plural(count, { one: "# chat has it and keeps it.", other: "# chats have it and keep it." }),
  removeNone: "No chat has it.",
  keep: "Keep",
  more: "Show more tags",
});
