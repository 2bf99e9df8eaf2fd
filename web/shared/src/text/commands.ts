// The words of the command list.
import { area } from "../dictionary.ts";

export const commandWords = area("commandWords", {
  title: "Commands",
  find: "A command, a customer or a page",
  none: "Nothing fits that.",
  transferTo: (name: string) => `Transfer to ${name}`,
  goTo: (page: string) => `Go to ${page}`,
  chatWith: (customer: string) => `Chat with ${customer}`,
  quietOn: "Do not disturb for an hour",
  quietOff: "Alerts on again",
  isQuiet: "No sounds and notifications for an hour.",
  isLoud: "Sounds and notifications are on again.",
  setAway: "Set yourself away",
  setAvailable: "Set yourself available",
  useTheme: (theme: string) => `Theme: ${theme}`,
});
