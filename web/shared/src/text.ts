// Every sentence of the dashboard, by area, in English; the other languages stand in languages/. Sentences are whole, never
// glued from pieces. Areas are separate constants so that a bundle carries only those it uses.
import { area } from "./dictionary.ts";
import { list as listed, number, plural } from "./plural.ts";

export const product = "Switchboard";

export const common = area("common", {
  cancel: "Cancel",
  close: "Close",
  copy: "Copy",
  copied: "Copied",
  save: "Save",
  saved: "Saved",
  tryAgain: "Try again",
  loading: "Loading",
  notGiven: "Not given",
  you: "You",
  ai: "AI",
  aiAssistant: "AI assistant",
  more: "More",
  visitor: (number: string) => `Visitor ${number}`,
});

export const login = area("login", {
  title: "Sign in",
  email: "Email",
  password: "Password",
  show: "Show",
  hide: "Hide",
  showPassword: "Show password",
  submit: "Sign in",
  wrong: "The email or the password is wrong.",
  tooMany: "Too many attempts. Wait a moment, then try again.",
  failed: "The server could not be reached. Try again.",
});

export const setup = area("setup", {
  ownerTitle: "Set up Switchboard",
  ownerLead: "Choose your name and a password. You will be the owner.",
  inviteTitle: "Join your team",
  inviteLead: "Choose your name and a password to start answering chats.",
  resetTitle: "Choose a new password",
  resetLead: "You will be signed in with it right away.",
  name: "Your name",
  nameHelp: "Customers see your first name.",
  password: "Password",
  passwordHelp: "At least 12 characters.",
  submit: "Save and sign in",
  noToken: "This page needs the one-time link you were given. Open the link again.",
  badToken: "This link has been used or is too old. Ask for a new one.",
  toLogin: "Go to sign in",
});

export const frame = area("frame", {
  skip: "Skip to the chat",
  main: "Main",
  scope: "Scope",
  state: "Chat state",
  active: "Active",
  terminated: "Terminated",
  channels: "Channels",
  allChannels: "All channels",
  all: "All",
  workspace: "Workspace",
  analytics: "Analytics",
  settings: "Settings",
  canned: "Canned replies",
  cannedShort: "Replies",
  chats: "Chats",
  you: "You",
  sections: "Sections",
  waitingIn: (count: number) => plural(count, { one: "# waiting", other: "# waiting" }),
  development: "Development",
  production: "Production",
  chatsOf: (scope: string) => `Chats of ${scope}`,
  unreadTitle: (count: number, title: string) => (count ? `(${count}) ${title}` : title),
});

/** Units of time behind a number, as in 12 min 04 s, and of size. */
export const units = area("units", {
  seconds: (seconds: string) => `${seconds} s`,
  minutes: (minutes: string, seconds: string) => `${minutes} min ${seconds} s`,
  hours: (hours: string, minutes: string) => `${hours} h ${minutes} min`,
});

export const profile = area("profile", {
  available: "Available",
  away: "Away",
  offline: "Offline",
  status: "Your status",
  theme: "Theme",
  system: "Follow the system",
  light: "Light",
  dark: "Dark",
  singleKeys: "Single-key shortcuts",
  shortcuts: "Keyboard shortcuts",
  notifications: "Notifications",
  logOut: "Log out",
  withChats: (status: string, count: number) =>
    `${status} · ${plural(count, { one: "# chat", other: "# chats" })}`,
});

export const line = area("line", {
  connected: "Connected",
  connecting: "Connecting",
  lost: "No connection",
  banner: "No connection to the server.",
  bannerWrite: "You can keep writing; messages are sent when it is back.",
  nextTry: (seconds: number) =>
    plural(seconds, { one: "Next try in # second", other: "Next try in # seconds" }),
  trying: "Trying now",
  tryNow: "Try now",
  replaced: "This tab was replaced by a newer one.",
  useHere: "Use this tab",
});

export const list = area("list", {
  chats: "Chats",
  activeChats: "Active chats",
  terminatedChats: "Terminated chats",
  search: "Search chats",
  searchEnded: "Search ended chats",
  sections: "Chat sections",
  unassigned: "Unassigned",
  mine: "My Chats",
  assigned: "Assigned",
  ai: "With AI",
  longestFirst: "longest wait first",
  noneUnassigned: "No one is waiting.",
  noneMine: "Chats you answer appear here.",
  noneAssigned: "No colleague has a chat now.",
  noneAi: "The AI has no chats now.",
  noneFound: "No chat matches your search.",
  noneEnded: "No chat has ended yet.",
  waiting: "Waiting",
  unread: (count: number | null) =>
    count === null ? "unread" : plural(count, { one: "# unread message", other: "# unread messages" }),
  typing: "typing…",
  assignedTo: (name: string) => `Assigned to ${name}`,
  byYou: (text: string) => `You: ${text}`,
  byAi: (text: string) => `AI: ${text}`,
  notSent: "Not sent",
  today: "Today",
  yesterday: "Yesterday",
  week: "Last 7 days",
  older: "Older",
  showOlder: "Show older chats",
  rated: (rating: number) => `Rated ${rating} of 5`,
  failed: "The chats could not be loaded.",
});

export const empty = area("empty", {
  title: "All caught up",
  withAi: (count: number) =>
    plural(count, {
      one: "No customer is waiting for a person. The AI has # chat; open it to read along or join.",
      other: "No customer is waiting for a person. The AI has # chats; open one to read along or join.",
    }),
  nobody: "No customer is waiting for a person. New chats appear in the list by themselves.",
  openNewestAi: "Open the newest AI chat",
  waitingTitle: (count: number) =>
    plural(count, { one: "# customer is waiting", other: "# customers are waiting" }),
  waitingLead: "The first reply assigns the chat to whoever sends it.",
  openLongest: "Open the longest wait",
  endedTitle: "Terminated chats",
  endedLead: "Open a chat to read it, or to take it up again.",
  shortcuts: "Shortcuts",
  team: "Team",
  teamOnline: "Online now",
});

export const chat = area("chat", {
  chat: "Chat",
  transcript: "Transcript",
  back: "Back to the list",
  details: "Details",
  more: "More actions",
  unassigned: "Unassigned",
  withAi: "With AI",
  assignedTo: (name: string) => `Assigned to ${name}`,
  ended: (time: string) => `Ended ${time}`,
  offline: "Customer is offline",
  online: "Customer is here",
  viewing: (names: string[]) =>
    names.length === 1 ? `${names[0]} is viewing` : `${listed(names)} are viewing`,
  claim: "Claim",
  resolve: "Resolve Chat",
  takeOver: "Take over",
  today: "Today",
  yesterday: "Yesterday",
  loadingOlder: "Loading older messages",
  loadOlder: "Show older messages",
  start: "Start of this chat",
  newMessages: (count: number) => plural(count, { one: "# new message", other: "# new messages" }),
  toNewest: "Go to the newest message",
  isTyping: (name: string) => `${name} is typing`,
  typing: "is typing",
  writing: "is writing",
  internalNote: "Internal note",
  noteBy: (name: string) => `by ${name}`,
  suppressed: "Late AI reply, not sent",
  suppressedHelp: "Only your team sees this.",
  sending: "Sending",
  waiting: "Waiting for the connection",
  sent: "Sent",
  delivered: "Delivered",
  read: "Read",
  notSent: "Not sent.",
  tryAgain: "Try again",
  delete: "Delete",
  quickReplies: "Quick replies offered",
  loadFailed: "This chat could not be opened.",
  notFound: "This chat does not exist, or is not in your scopes.",
});

/** What happened, as one line in the transcript. `who` is a name, or "You" for the reader. */
export const event = area("event", {
  askedForHuman: (who: string) => `${who} asked for a human`,
  botHandedOver: "The AI handed over",
  botHandedOverNote: (note: string) => `The AI handed over: ${note}`,
  botFailed: "The AI did not answer, so the chat was put in Unassigned",
  joinedBot: (who: string) => `${who} joined · AI disconnected`,
  claimed: (who: string) => `${who} claimed this chat`,
  transferred: (who: string, to: string) => `${who} transferred this chat to ${to}`,
  tookOver: (who: string) => `${who} took over this chat`,
  tookOverBot: (who: string) => `${who} took over · AI disconnected`,
  givenBack: (who: string) => `${who} put this chat back in Unassigned`,
  assigneeGone: "The assignee went offline, so the chat is back in Unassigned",
  memberRemoved: "The assignee left the team, so the chat is back in Unassigned",
  handedBack: (who: string) => `${who} handed this chat to the AI`,
  resolved: (who: string) => `${who} resolved this chat`,
  endedByCustomer: (who: string) => `${who} ended the chat`,
  expired: "Ended because nobody wrote any more",
  erased: "The content of this chat was erased",
  rated: (who: string, rating: number) => `${who} rated it ${rating} of 5`,
  ratedComment: (who: string, rating: number, comment: string) =>
    `${who} rated it ${rating} of 5: “${comment}”`,
  commented: (who: string, comment: string) => `${who} left feedback: “${comment}”`,
  noFeedback: (who: string) => `${who} left without feedback`,
  activated: (who: string) => `${who} activated this chat again`,
  tagged: (who: string, tag: string) => `${who} added the tag ${tag}`,
  untagged: (who: string, tag: string) => `${who} removed the tag ${tag}`,
});

export const composer = area("composer", {
  kind: "Message type",
  reply: "Reply",
  note: "Internal note",
  writeReply: "Write a reply…",
  writeNote: "Write a note for your team…",
  seenAs: (customer: string, name: string, scope: string) => `${customer} sees this as ${name} from ${scope}`,
  onlyTeam: "Only your team sees notes",
  send: "Send",
  sendAndClaim: "Send and claim",
  addNote: "Add note",
  emoji: "Emoji",
  emojiFailed: "The emoji could not be loaded. Try again.",
  unassigned: "No one has this chat yet.",
  unassignedHelp: "Sending a reply assigns it to you.",
  assignedTo: (name: string) => `${name} has this chat.`,
  assignedHelp: "You can read along and add notes.",
  askTakeOver: "Ask to take over",
  askedNote: (name: string) => `${name} asks to take over this chat.`,
  takeOver: "Take over",
  lost: (name: string) => `${name} claimed this chat a moment ago.`,
  lostHelp: "Your reply was not sent. It is kept below as a note draft.",
  discard: "Discard",
  cannedNone: "There is no canned reply yet.",
  canned: "Canned replies",
  cannedHint: "canned replies",
  insertCanned: "Insert a canned reply",
  suggestions: (count: number) => plural(count, { one: "# suggestion", other: "# suggestions" }),
  tooLong: (max: number) => `A message can have up to ${number(max)} characters.`,
});

export const files = area("files", {
  attach: "Attach files",
  toSend: "Files to send",
  dropHere: "Drop files to attach them",
  uploading: (name: string) => `Uploading ${name}`,
  remove: (name: string) => `Remove ${name}`,
  enlarge: (name: string) => `Show ${name} larger`,
  download: "Download",
  tooMany: (max: number) => `A message can have up to ${max} files.`,
  tooLarge: "Files can have up to 10 MB.",
  wrongType: "Only images, audio, video, PDF and plain text can be sent.",
});

export const join = area("join", {
  lead: (customer: string) =>
    `The AI is answering. If you join, it stops at once, even mid-sentence, and ${customer} sees that you are here.`,
  button: "Disconnect AI and Join this Chat",
  addNote: "Add note",
  noteOnly: "The AI is answering. The customer does not see notes.",
});

export const activate = area("activate", {
  lead: (customer: string) =>
    `This chat has ended. Activating it puts it in your chats; ${customer} can write to you again.`,
  button: "Activate Chat",
  exists: (customer: string) => `${customer} already has another active chat.`,
  openOther: "Open it",
  erased: "This chat was erased and cannot be activated.",
  export: "Export",
});

export const resolve = area("resolve", {
  title: (customer: string) => `Resolve this chat with ${customer}?`,
  lead: (customer: string) =>
    `The session ends now. ${customer} sees that you resolved it, and the chat moves to Terminated.`,
  keepOpen: "Keep open",
  confirm: "Resolve Chat",
});

export const menu = area("menu", {
  transferTo: "Transfer to",
  transfer: "Transfer this chat",
  queue: "Put back in Unassigned",
  bot: "Hand to the AI",
  noColleague: "No colleague is online.",
  export: "Export transcript",
  exportJson: "Export as JSON",
  mail: "Email me the transcript",
  mailed: (email: string) => `The transcript is on its way to ${email}.`,
});

export const details = area("details", {
  title: "Customer and session details",
  customer: "Customer",
  session: "Session",
  earlier: "Earlier chats",
  firstVisit: "This is the first chat of this customer.",
  since: (year: string) => `Customer since ${year}`,
  name: "Name",
  email: "Email",
  id: "Customer ID",
  localTime: "Local time",
  language: "Language",
  channel: "Channel",
  sessionTime: "Session time",
  waiting: "Waiting",
  started: "Started",
  ended: "Ended",
  device: "Device",
  page: "Page",
  pageTitle: "Page title",
  cameFrom: "Came from",
  handledBy: "Handled by",
  feedback: "Feedback",
  rating: (rating: number) => `${rating} of 5`,
  verified: "Verified",
  unverified: "Not verified",
  identity: "Identity",
  failed: "The details could not be loaded.",
  todayAt: (time: string) => `Today, ${time}`,
  dateAt: (day: string, time: string) => `${day}, ${time}`,
  place: (time: string, place: string) => `${time}, ${place}`,
});

export const shortcuts = area("shortcuts", {
  title: "Keyboard shortcuts",
  off: "Single keys are switched off in your menu.",
  move: "Move",
  act: "Act on a chat",
  write: "Write",
  other: "Other",
  nextChat: "Next or previous chat",
  nextUnread: "Next unread chat",
  jump: "Unassigned, My Chats, Assigned",
  search: "Search",
  claim: "Claim",
  joinChat: "Disconnect AI and Join this Chat",
  resolve: "Resolve Chat (asks first)",
  activate: "Activate Chat",
  assign: "Transfer",
  reply: "Start a reply",
  note: "Start a note",
  send: "Send",
  newLine: "New line",
  details: "Details",
  help: "This list",
  leave: "Close, leave the text box",
});

export const settings = area("settings", {
  title: "Settings",
  pages: "Settings",
  channels: "Channels",
  members: "Members",
  bot: "AI and handover",
  hours: "Opening hours",
  scope: "Scope",
  keys: "API keys",
  tags: "Tags",
  notifications: "Notifications",
  failed: "The settings could not be loaded.",
  copyLabel: "Copy to the clipboard",
  shownOnce: "Shown once. Keep it now.",
});

export const tagWords = area("tagWords", {
  title: "Tags",
  add: "Add tag",
  take: (tag: string) => `Remove the tag ${tag}`,
  more: (count: number) => `+${count}`,
});

export const profileForm = area("profileForm", {
  edit: "Edit",
  editLabel: "Edit what is known of the customer",
  phone: "Phone",
  more: "More",
  factName: "Field",
  factValue: "Value",
  addFact: "Add a field",
  removeFact: (name: string) => (name ? `Remove ${name}` : "Remove this field"),
});

export const listTools = area("listTools", {
  sort: "Sort",
  filter: "Filter",
  filtersSet: (count: number) => plural(count, { one: "Filter (# set)", other: "Filter (# set)" }),
  clear: "Show all",
  usual: "Longest wait first, then newest",
  newestActivity: "Newest activity first",
  oldestActivity: "Oldest activity first",
  newestEnd: "Ended last first",
  oldestEnd: "Ended first first",
  assignee: "Assigned to",
  anyone: "Anyone",
  me: (name: string) => `${name} (you)`,
  tag: "Tag",
  anyTag: "Any tag",
  rating: "Feedback",
  anyRating: "Any",
  searchOn: "Search older chats",
  searchedSome: "Nothing in the newest chats.",
  searchEnded: "Search terminated chats",
});

export const mention = area("mention", {
  title: "Members",
  by: (name: string, customer: string) => `${name} mentioned you in the chat with ${customer}`,
  somewhere: (name: string) => `${name} mentioned you in a note`,
  open: "Open",
  badge: "You were mentioned",
});

export const cannedPage = area("cannedPage", {
  title: "Canned replies",
  lead: "Type / in an empty reply to put one in.",
  add: "Add a reply",
  shared: "Everybody",
  personal: "Only you",
  onlyMe: "Only I can use it",
  shortcut: "Shortcut",
  shortcutHelp: "Lower-case letters, digits and hyphens, such as return-address.",
  name: "Title",
  text: "Text",
  textHelp:
    "{customer}, {agent} and {scope} become the customer’s and your first name and the name of the scope.",
  edit: "Edit",
  editLabel: (title: string) => `Edit ${title}`,
  remove: "Delete",
  removeLabel: (title: string) => `Delete ${title}`,
  removeTitle: (title: string) => `Delete “${title}”?`,
  removeShared: "Nobody in this scope can use it any more.",
  removeOwn: "Nobody else has it.",
  keep: "Keep",
});

/** What went wrong while the server is away or busy, by its code; text/refusals.ts has the other codes. */
export const failure = area("failure", {
  rate_limited: "Too fast. Wait a moment, then try again.",
  overloaded: "The server is busy. Try again in a moment.",
  unavailable: "The server is busy. Try again in a moment.",
  draining: "The server restarts. Try again in a moment.",
  connection: "No connection. Try again when it is back.",
  other: "That did not work. Try again.",
});
