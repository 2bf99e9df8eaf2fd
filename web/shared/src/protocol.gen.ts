// What is said on the sockets and over REST. docs/PROTOCOL.md explains it.

export type ConversationStatus = "bot" | "queued" | "assigned" | "ended";
export type EndReason = "resolved" | "customer" | "expired" | "erased";
export type PresenceStatus = "online" | "away" | "offline";
export type Role = "owner" | "admin" | "agent";

export interface MemberRef {
  id: string;
  name: string;
}

/** Who did it. Customers get members without `id`. */
export type Actor =
  | { kind: "contact" }
  | { kind: "bot" }
  | { kind: "member"; id?: string; name: string }
  | { kind: "system" };

export type EntryBody =
  | { kind: "opened"; first_text: string }
  | { kind: "message"; text: string; quick_replies?: string[] }
  | { kind: "note"; text: string }
  | { kind: "handed_off"; reason: "customer" | "bot" | "bot_failed" | "no_bot"; note?: string | null }
  | { kind: "joined"; from: "bot" | "queued" }
  | { kind: "transferred"; to?: string; to_name: string }
  | { kind: "taken_over"; from: "bot" | "queued" | "assigned"; from_member?: string | null }
  | { kind: "requeued"; reason: "given_back" | "assignee_gone" | "member_removed" }
  | { kind: "handed_back" }
  | { kind: "suppressed"; turn: string; text: string }
  | { kind: "ended"; reason: EndReason }
  | { kind: "feedback"; rating?: number | null; comment?: string | null }
  | { kind: "activated"; episode: number }
  | { kind: "erased" }
  | { kind: "hidden" };

export interface Entry {
  seq: number;
  at: number;
  by?: Actor;
  client_id?: string | null;
  body: EntryBody;
}

export interface Row {
  id: string;
  version: number;
  status: ConversationStatus;
  channel: string;
  contact: { id: string; name: string; verified: boolean };
  assignee: MemberRef | null;
  first_text: string;
  preview: { by: "contact" | "bot" | "member"; text: string } | null;
  opened_at: number;
  last_at: number;
  waiting_since: number | null;
  episode: number;
  ended_at: number | null;
  end_reason: EndReason | null;
  rating: number | null;
  customer_online: boolean;
}

export type ErrorCode =
  | "bad_request"
  | "unauthenticated"
  | "invalid_token"
  | "forbidden"
  | "origin_denied"
  | "not_found"
  | "already_assigned"
  | "not_assignee"
  | "ended"
  | "not_ended"
  | "active_exists"
  | "no_such_agent"
  | "already_rated"
  | "rating_closed"
  | "stale_bot_turn"
  | "id_reused"
  | "too_large"
  | "rate_limited"
  | "overloaded"
  | "unavailable"
  | "draining"
  | "insufficient_storage"
  | "resync"
  | "slow_consumer";

export interface ErrorDetails {
  retry_after_ms?: number;
  assignee?: MemberRef;
  conversation?: string;
}

export interface ErrorFrame {
  type: "error";
  ref: string | null;
  code: ErrorCode;
  message: string;
  details?: ErrorDetails | null;
}

/** The answer to a command; `seq` and `version` when it wrote an entry, the rest for `open`. */
export interface OkFrame {
  type: "ok";
  ref: string;
  conversation?: string;
  seq?: number;
  version?: number;
  row?: Row;
  entries?: Entry[];
  first_seq?: number;
  last_seq?: number;
  reads?: Record<string, number>;
  more?: boolean;
  resync?: boolean;
}

export interface DrainingFrame {
  type: "draining";
  retry_after_ms: number;
}

export interface ScopeMember {
  id: string;
  name: string;
  role: Role;
  presence: PresenceStatus;
}

export interface ScopeChannel {
  id: string;
  kind: string;
  name: string;
}

export interface ScopeInfo {
  id: string;
  name: string;
  mode: string;
  time_zone: string;
  role: Role;
  has_bot: boolean;
  channels: ScopeChannel[];
  members: ScopeMember[];
}

export type TransferTarget = { kind: "member"; id: string } | { kind: "queue" } | { kind: "bot" };

/** Commands of the dashboard, without `ref`. */
export type DashboardCommand =
  | { type: "hello"; ticket?: string }
  | { type: "subscribe"; scope: string }
  | { type: "unsubscribe"; scope: string }
  | { type: "open"; conversation: string; after?: number }
  | { type: "close"; conversation: string }
  | { type: "send"; conversation: string; client_id: string; text: string }
  | { type: "note"; conversation: string; client_id: string; text: string }
  | { type: "join"; conversation: string; client_id: string }
  | { type: "take_over"; conversation: string; client_id: string }
  | { type: "transfer"; conversation: string; client_id: string; to: TransferTarget }
  | { type: "resolve"; conversation: string; client_id: string }
  | { type: "activate"; conversation: string; client_id: string }
  | { type: "typing"; conversation: string; on: boolean }
  | { type: "read"; conversation: string; seq: number }
  | { type: "presence"; status: "online" | "away" };

export interface DashboardWelcome {
  type: "welcome";
  ref: string;
  protocol: number;
  member: { id: string; name: string; email: string };
  scopes: ScopeInfo[];
  server_time: number;
}

export type DashboardEvent =
  | { type: "snapshot"; scope: string; rows: Row[]; done: boolean }
  | { type: "rows"; scope: string; rows: Row[] }
  | { type: "entry"; conversation: string; entry: Entry }
  | {
      type: "typing";
      conversation: string;
      by: { kind: "contact" | "bot" | "member"; id?: string; name?: string };
      on: boolean;
    }
  | { type: "read"; conversation: string; by: string; seq: number }
  | { type: "viewers"; conversation: string; members: string[] }
  | { type: "customer"; conversation: string; online: boolean }
  | { type: "presence"; scope: string; member: string; status: PresenceStatus }
  | DrainingFrame;

export type DashboardFrame = DashboardWelcome | DashboardEvent | OkFrame | ErrorFrame;

export interface WidgetIdentity {
  external_id: string;
  name?: string;
  email?: string;
  proof?: string;
}

export interface WidgetPage {
  url?: string;
  title?: string;
  referrer?: string;
  language?: string;
  time_zone?: string;
}

/** Commands of the widget, without `ref`. */
export type WidgetCommand =
  | {
      type: "hello";
      visitor_token?: string;
      after?: number;
      identity?: WidgetIdentity;
      page?: WidgetPage;
    }
  | { type: "start"; client_id: string; text: string }
  | { type: "send"; client_id: string; text: string }
  | { type: "request_human"; client_id: string }
  | { type: "end"; client_id: string; rating?: number; comment?: string }
  | { type: "feedback"; client_id: string; rating?: number; comment?: string }
  | { type: "typing"; on: boolean }
  | { type: "read"; seq: number };

export interface WidgetChannel {
  id: string;
  name: string;
  title: string;
  colour: string;
  greeting: { text: string; quick_replies: string[] } | null;
  human_after: number;
  texts: Record<string, string>;
  powered_by: boolean;
}

export interface WidgetWelcome {
  type: "welcome";
  ref: string;
  protocol: number;
  visitor_token: string;
  contact: { name?: string | null };
  channel: WidgetChannel;
  conversation: string | null;
  entries: Entry[];
  resync: boolean;
  more: boolean;
  status: WidgetStatus;
  reads: { member: number };
  server_time: number;
}

export type WidgetState =
  | { status: "none" }
  | { status: "bot" }
  | { status: "waiting"; position: number; estimate_ms: number | null }
  | { status: "agent"; agent: { name: string }; online: boolean }
  | { status: "ended"; reason: EndReason; agent?: { name: string } | null; can_rate: boolean };

export type WidgetStatus = WidgetState & { human_button: boolean; agents_online: boolean };

export type WidgetEvent =
  | { type: "entry"; conversation: string; entry: Entry }
  | ({ type: "status" } & WidgetStatus)
  | { type: "typing"; by: { kind: "bot" | "member"; name?: string }; on: boolean }
  | { type: "read"; seq: number }
  | DrainingFrame;

export type WidgetFrame = WidgetWelcome | WidgetEvent | OkFrame | ErrorFrame;
