// The dictionary of alerts and of the notification settings. As text.ts: whole sentences, by area.
import { area } from "../dictionary.ts";

export const alerts = area("alerts", {
  title: "Notifications",
  lead: "How this browser tells you that somebody needs you. Other browsers and devices have settings of their own.",
  what: "Tell me about",
  unassigned: "Unassigned",
  unassignedHelp: "A customer begins to wait for a person.",
  mine: "My Chats",
  mineHelp: "A customer writes to you, or somebody gives you a chat.",
  how: "Tell me by",
  sound: "Sound",
  soundHelp: "Two tones for Unassigned, one for your chats. With several tabs only one of them plays.",
  desktop: "Desktop notifications",
  desktopHelp: "Shown when you are looking at something else.",
  desktopDenied:
    "This browser does not allow notifications here. Allow them in its settings for this site, then try again.",
  desktopMissing: "This browser has no notifications for pages without HTTPS.",
  quiet: "Do not disturb",
  quietHelp: "Counts in the title stay, sounds and notifications wait.",
  quietOff: "Off",
  quiet30: "For 30 minutes",
  quiet60: "For an hour",
  quietTomorrow: "Until tomorrow, 8:00",
  quietOn: "Until I switch it off",
  quietUntil: (time: string) => `Until ${time}`,
  test: "Test",
  testTitle: "This is a test",
  testBody: "Alerts reach you here.",
  tested: "Tested. If you heard or saw nothing, look at the volume and at the settings of your browser.",
  install:
    "Install Switchboard as an app from the menu of your browser to keep it beside your other programs.",
  isWaiting: (customer: string) => `${customer} is waiting`,
  wrote: (customer: string) => `${customer} wrote`,
  mention: "Mentions",
  mentionHelp: "A colleague names you in an internal note.",
  push: "When Switchboard is closed",
  pushHelp: "This browser tells you also while no page of Switchboard is in view, until you log out.",
  pushMissing:
    "This browser cannot tell you while Switchboard is closed. On an iPhone or iPad, add Switchboard to the home screen first.",
  pushFailed:
    "This browser could not reach its notification service. Check your connection, then switch it on again.",
  pushUntested:
    "The notification service did not take the test. Switch “When Switchboard is closed” off and on again.",
  named: (colleague: string) => `${colleague} mentioned you`,
  gave: (customer: string) => `You have the chat with ${customer}`,
});
