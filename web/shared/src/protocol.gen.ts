// Generated from src/protocol by `make types`. Change the Rust types, not this file.

export type Mode = "development" | "production";

export type ChannelKind = "widget" | "webhook" | "email" | "telegram" | "messenger" | "instagram" | "whatsapp" | "twilio" | "line" | "viber" | "slack" | "discord";

export type FormField = {  key: string,  label: string,  required: boolean, };

export type Away = "queue" | "queue_with_expectation" | "offline_form";

export type Role = "agent" | "admin" | "owner";

export type Presence = "online" | "away" | "offline";

export type Status = "bot" | "queued" | "assigned" | "ended";

export type Assignee = {  id: string,  name: string, };

export type Side = "contact" | "bot" | "member" | "system";

export type Preview = {  by: Side,  text: string, };

export type Rating = number;

export type ClientId = string;

export type MediaType = "image/png" | "image/jpeg" | "image/gif" | "image/webp" | "application/pdf" | "text/plain" | "audio/ogg" | "audio/mpeg" | "audio/mp4" | "audio/aac" | "audio/wav" | "audio/amr" | "audio/webm" | "audio/3gpp" | "video/mp4" | "video/webm" | "video/quicktime" | "video/3gpp";

export type Attachment = {  id: string,  name: string,  type: MediaType,  size: number,  width?: number,  height?: number, };

export type FetchFailure = "too_large" | "type" | "gone" | "refused" | "unreachable";

export type ComingFile = {  id: string,  name: string, };

export type FileNews = { "state": "here",  file: Attachment, } | { "state": "failed",  reason: FetchFailure, } | { "state": "again" };

export type AvatarId = string;

export type Card = {  title: string,  text?: string,  image?: Picture,  buttons?: Array<Button>, };

export type Picture = {  url?: string,  file?: string,  alt?: string, };

export type Button = { "kind": "reply",  title: string,  text?: string, } | { "kind": "link",  title: string,  url: string, };

export type Author = { "kind": "contact" } | { "kind": "bot" } | { "kind": "member",  id: string,  name: string, } | { "kind": "system" };

export type Origin = "bot" | "queued" | "assigned";

export type Start = "bot" | "queued";

export type HandoffReason = "customer" | "bot" | "bot_failed";

export type RequeueReason = "given_back" | "assignee_gone" | "member_removed";

export type EndReason = "resolved" | "customer" | "expired" | "erased";

export type Event = { "kind": "opened",  first_text: string,  start: Start, } | { "kind": "message",  text: string,  attachments?: Array<Attachment>,  quick_replies?: Array<string>,  cards?: Array<Card>,  coming?: Array<ComingFile>, } | { "kind": "file",  of: number,  id: string,  news: FileNews, } | { "kind": "edited",  of: number,  text: string, } | { "kind": "reacted",  of: number,  emojis: Array<string>, } | { "kind": "deleted",  of: number, } | { "kind": "note",  text: string,  attachments?: Array<Attachment>,  mentions?: Array<string>, } | { "kind": "tagged",  tag: string, } | { "kind": "untagged",  tag: string, } | { "kind": "handed_off",  reason: HandoffReason,  note?: string, } | { "kind": "joined",  from: Origin, } | { "kind": "transferred",  to: string,  to_name: string, } | { "kind": "taken_over",  from: Origin,  from_member?: string, } | { "kind": "requeued",  reason: RequeueReason, } | { "kind": "handed_back" } | { "kind": "suppressed",  turn: number,  text: string, } | { "kind": "silent",  turn: number, } | { "kind": "ended",  reason: EndReason, } | { "kind": "feedback",  rating?: Rating,  comment?: string, } | { "kind": "activated",  episode: number, } | { "kind": "erased" };

export type Entry = {  seq: number,  at: number,  by: Author,  client_id?: ClientId,  body: Event, };

export type ErrorCode = "bad_request" | "unauthenticated" | "invalid_token" | "forbidden" | "origin_denied" | "not_found" | "already_assigned" | "not_assignee" | "ended" | "not_ended" | "active_exists" | "no_such_agent" | "no_bot" | "already_rated" | "rating_closed" | "stale_bot_turn" | "away" | "form_required" | "id_reused" | "too_many_tags" | "too_large" | "rate_limited" | "overloaded" | "unavailable" | "draining" | "insufficient_storage";

export type TransferTo = { "kind": "member",  id: string, } | { "kind": "queue" } | { "kind": "bot" };

export type Wanted = "online" | "away";

export type DashboardCommand = { "type": "hello", ticket?: string, } | { "type": "subscribe", scope: string, } | { "type": "unsubscribe", scope: string, } | { "type": "open", conversation: string, after?: number, } | { "type": "close", conversation: string, } | { "type": "send", conversation: string, client_id: ClientId, text: string, attachments?: Array<string>, cards?: Array<Card>, } | { "type": "note", conversation: string, client_id: ClientId, text: string, attachments?: Array<string>, mentions?: Array<string>, } | { "type": "tag", conversation: string, client_id: ClientId, tag: string, } | { "type": "untag", conversation: string, client_id: ClientId, tag: string, } | { "type": "join", conversation: string, client_id: ClientId, } | { "type": "take_over", conversation: string, client_id: ClientId, } | { "type": "transfer", conversation: string, client_id: ClientId, to: TransferTo, } | { "type": "resolve", conversation: string, client_id: ClientId, } | { "type": "activate", conversation: string, client_id: ClientId, } | { "type": "typing", conversation: string, on: boolean, } | { "type": "read", conversation: string, seq: number, } | { "type": "presence", status: Wanted, } | { "type": "looking", on: boolean, };

export type Identity = {  external_id?: string,  name?: string,  email?: string,  attributes?: { [key in string]?: string },  proof?: string, };

export type Page = {  url?: string,  title?: string,  referrer?: string,  language?: string,  time_zone?: string, };

export type About = {  name?: string,  email?: string,  attributes?: { [key in string]?: string }, };

export type Hello = {  visitor_token?: string,  conversation?: string,  after?: number,  identity?: Identity,  page?: Page, };

export type WidgetCommand = { "type": "hello" } & Hello | { "type": "start", client_id: ClientId, text: string, attachments?: Array<string>, about?: About, } | { "type": "leave_message", client_id: ClientId, text: string, attachments?: Array<string>, about: About, } | { "type": "send", client_id: ClientId, text: string, attachments?: Array<string>, } | { "type": "request_human", client_id: ClientId, } | { "type": "end", client_id: ClientId, rating?: Rating, comment?: string, } | { "type": "feedback", client_id: ClientId, rating?: Rating, comment?: string, } | { "type": "typing", on: boolean, } | { "type": "read", seq: number, };

export type RowContact = {  id: string,  name: string,  verified: boolean, };

export type Row = {  id: string,  version: number,  status: Status,  channel: string,  contact: RowContact,  assignee: Assignee | null,  first_text: string,  preview: Preview | null,  opened_at: number,  last_at: number,  waiting_since: number | null,  episode: number,  ended_at: number | null,  end_reason: EndReason | null,  rating: Rating | null,  tags: Array<string>,  customer_online: boolean, };

export type MemberName = {  id: string,  name: string, };

export type ContactAuthor = { "kind": "contact" } | { "kind": "bot" } | { "kind": "member",  name: string,  avatar?: AvatarId, } | { "kind": "system" };

export type ContactBody = { "kind": "hidden" } | { "kind": "opened", first_text: string, start: Start, } | { "kind": "message", text: string, attachments?: Array<Attachment>, quick_replies?: Array<string>, cards?: Array<Card>, } | { "kind": "handed_off", reason: HandoffReason, } | { "kind": "joined", from: Origin, } | { "kind": "transferred", to_name: string, } | { "kind": "taken_over", from: Origin, } | { "kind": "requeued", reason: RequeueReason, } | { "kind": "handed_back" } | { "kind": "ended", reason: EndReason, } | { "kind": "activated", episode: number, };

export type ContactEntry = {  seq: number,  at: number,  by?: ContactAuthor,  client_id?: ClientId,  body: ContactBody, };

export type OkFrame = { "type": "ok",  ref: string,  conversation?: string,  seq?: number,  version?: number, };

export type Details = {  assignee?: MemberName,  conversation?: string,  retry_after_ms?: number,  fields?: Array<string>, };

export type ErrorFrame = { "type": "error",  ref: string | null,  code: ErrorCode,  message: string,  details: Details, };

export type ContactWord = "contact";

export type Reader = ContactWord | string;

export type ReadMark = {  by: Reader,  seq: number, };

export type DeliveryState = "queued" | "unconfirmed" | "sent" | "delivered" | "read" | "failed";

export type DeliveryMark = {  seq: number,  state: DeliveryState,  reason?: string, };

export type OpenedFrame = { "type": "ok",  ref: string,  conversation: string,  row: Row,  entries: Array<Entry>,  first_seq: number,  last_seq: number,  reads: Array<ReadMark>,  deliveries?: Array<DeliveryMark>,  more: boolean,  resync: boolean, };

export type Typist = { "kind": "contact" } | { "kind": "bot" } | { "kind": "member",  id?: string,  name: string, };

export type Me = {  id: string,  name: string,  email: string, };

export type ChannelView = {  id: string,  kind: ChannelKind,  name: string, };

export type MemberView = {  id: string,  name: string,  role: Role,  presence: Presence,  avatar?: AvatarId, };

export type ScopeView = {  id: string,  name: string,  mode: Mode,  time_zone: string,  role: Role,  has_bot: boolean,  channels: Array<ChannelView>,  members: Array<MemberView>, };

export type DashboardEvent = { "type": "welcome", ref: string, protocol: number, member: Me, scopes: Array<ScopeView>, server_time: number, } | { "type": "snapshot", scope: string, rows: Array<Row>, done: boolean, } | { "type": "rows", scope: string, rows: Array<Row>, } | { "type": "entry", conversation: string, entry: Entry, } | { "type": "typing", conversation: string, by: Typist, on: boolean, } | { "type": "read", conversation: string, by: Reader, seq: number, } | { "type": "delivery", conversation: string,  seq: number,  state: DeliveryState,  reason?: string, } | { "type": "viewers", conversation: string, members: Array<string>, } | { "type": "customer", conversation: string, online: boolean, } | { "type": "presence", scope: string, member: string, status: Presence, } | { "type": "mentioned", scope: string, conversation: string, seq: number, by: MemberName, text: string, } | { "type": "draining", retry_after_ms: number, };

export type Greeting = {  text: string,  quick_replies: Array<string>, };

export type WidgetChannel = {  id: string,  name: string,  title: string,  colour: string,  greeting: Greeting,  human_after: number,  pre_chat: Array<FormField>,  offline_lead: string,  mail: boolean, };

export type WidgetContact = {  name?: string, };

export type WidgetReads = {  member: number, };

export type AgentName = {  name: string,  avatar?: AvatarId, };

export type Standing = { "status": "none" } | { "status": "bot" } | { "status": "waiting",  position: number,  estimate_ms: number | null, } | { "status": "agent",  agent: AgentName,  online: boolean, } | { "status": "ended",  reason: EndReason,  can_rate: boolean, };

export type WidgetStatus = {  human_button: boolean,  agents_online: number,  open: boolean,  next_opening?: number,  asking: Away, } & ({ "status": "none" } | { "status": "bot" } | { "status": "waiting",  position: number,  estimate_ms: number | null, } | { "status": "agent",  agent: AgentName,  online: boolean, } | { "status": "ended",  reason: EndReason,  can_rate: boolean, });

export type WidgetWelcome = {  ref: string,  protocol: number,  visitor_token: string,  contact: WidgetContact,  channel: WidgetChannel,  conversation: string | null,  entries: Array<ContactEntry>,  resync: boolean,  more: boolean,  status: WidgetStatus,  reads: WidgetReads,  server_time: number, };

export type WidgetEvent = { "type": "welcome" } & WidgetWelcome | { "type": "entry", conversation: string, entry: ContactEntry, } | { "type": "status" } & WidgetStatus | { "type": "typing", by: Typist, on: boolean, } | { "type": "read", seq: number, } | { "type": "draining", retry_after_ms: number, };
