// The dictionary of the analytics page. As text.ts: whole sentences, by area.
import { area } from "../dictionary.ts";
import { number, oneDigit, plural, share } from "../plural.ts";

export const analytics = area("analytics", {
  title: "Analytics",
  failed: "The figures could not be loaded.",
  channel: "Channel",
  allChannels: "All channels",
  period: "Period",
  today: "Today",
  days: (count: number) => plural(count, { one: "# day", other: "# days" }),
  from: "First day",
  to: "Last day",
  download: "CSV",
  downloadTitle: "Download a table",
  tableDays: "By day",
  tableHours: "By weekday and hour",
  tableChannels: "By channel",
  tableMembers: "By member",
  zone: (zone: string) => `Days and hours are those of ${zone}. A chat counts on the day it began.`,
  updating: "Updating",

  wait: "Queue wait",
  waitMedian: "Queue wait, median",
  reply: "First reply",
  replyMedian: "First reply, median",
  handle: "Handle time",
  handleMedian: "Handle time, median",
  feedback: "Feedback",
  feedbackCsat: "Feedback (CSAT)",
  chats: "Chats",
  chatsPerDay: "chats a day",
  secondsUnit: "seconds",
  minutesUnit: "minutes",
  hoursUnit: "hours",
  afterHandover: (unit: string) => `${unit} after handover`,
  s: "s",
  min: "min",
  h: "h",
  of5: "of 5",
  median: "median",
  p90: "90%",
  Median: "Median",
  P90: "90% within",
  day: "Day",
  none: "–",
  noFigures: "Nothing in this period yet.",

  shorter: (part: number) => `${share(part)} shorter`,
  longer: (part: number) => `${share(part)} longer`,
  higher: (by: number) => `${oneDigit(by)} higher`,
  lower: (by: number) => `${oneDigit(by)} lower`,
  same: "no change",
  versus: (days: number) => plural(days, { one: "vs the day before", other: "vs previous # days" }),
  nothingBefore: (days: number) =>
    plural(days, { one: "No figures for the day before", other: "No figures for the previous # days" }),

  asTable: "View as table",
  asChart: "View as chart",
  asTableOf: (what: string) => `${what}: view as table`,
  asChartOf: (what: string) => `${what}: view as chart`,
  lineLabel: (what: string, median: string, p90: string, days: number) =>
    plural(days, {
      one: `${what} on # day. Median ${median}, 90% within ${p90}.`,
      other: `${what} over # days. Median ${median}, 90% within ${p90}.`,
    }),
  barLabel: (what: string, total: string, days: number) =>
    plural(days, { one: `${what} on # day. ${total}.`, other: `${what} per day over # days. ${total}.` }),
  starsLabel: (stars: readonly number[], average: string) =>
    `Customer feedback: ${stars
      .map((count, index) => `${number(count)} gave ${index + 1}`)
      .reverse()
      .join(", ")}. Average ${average}.`,
  stars: (count: number) => plural(count, { one: "# star", other: "# stars" }),
  answers: (answers: number, chats: number) =>
    plural(answers, {
      one: `# answer from ${plural(chats, { one: "# chat", other: "# chats" })}`,
      other: `# answers from ${plural(chats, { one: "# chat", other: "# chats" })}`,
    }),
  answersShort: "Answers",
  allChats: (count: number) => plural(count, { one: "# chat", other: "# chats" }),
  gaveUp: (count: number) =>
    plural(count, { one: "# customer left while waiting", other: "# customers left while waiting" }),
  contained: (part: number) => `the AI solved ${share(part)} of its chats alone`,
  gaveUpShort: "Left while waiting",
  containedShort: "Solved by the AI alone",

  byHour: "By weekday and hour",
  weekday: "Weekday",
  weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
  byChannel: "By channel",
  byMember: "By member",
  member: "Member",
  removedChannel: "Removed channel",
  rated: (average: number, answers: number) => `${oneDigit(average)} (${number(answers)})`,

  now: "Right now",
  waiting: "Waiting",
  longest: "Longest wait",
  withMembers: "With members",
  withAi: "With AI",
  onlineMembers: (count: number) => plural(count, { one: "# member online", other: "# members online" }),
  load: (name: string, chats: number, presence: string) =>
    `${name}, ${presence}, ${plural(chats, { one: "# chat", other: "# chats" })}`,
});
