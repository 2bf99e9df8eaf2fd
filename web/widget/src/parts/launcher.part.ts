// Part: what the launcher says before there is a panel, for those who do not read English.
export { chatFailed, openChat } from "../text.ts";
