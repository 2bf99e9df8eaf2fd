// The scopes of the member, and who is in them.
import { computed, effect, signal } from "@preact/signals";
import type { ChannelView, MemberView, Presence, Row, ScopeView } from "../../../shared/src/protocol.gen.ts";
import { call } from "../api.ts";
import { keepPresence, onEvent, tell } from "./connection.ts";
import { widen } from "./filters.ts";
import { setServerTime } from "./now.ts";
import { me } from "./session.ts";
import { read, write } from "./storage.ts";

export const scopes = signal<readonly ScopeView[]>([]);
const chosen = signal(read("scope"));

/** The scope shown; `null` before the first welcome and for members of no scope. */
export const scope = computed(
  () => scopes.value.find((candidate) => candidate.id === chosen.value) ?? scopes.value[0] ?? null,
);
/** The channel the list is narrowed to; `null` for all. */
export const channelFilter = signal<string | null>(null);

export const supervises = computed(() => scope.value?.role === "admin" || scope.value?.role === "owner");
export const myPresence = computed<Presence>(
  () => scope.value?.members.find((member) => member.id === me.value?.id)?.presence ?? "online",
);

effect(() => keepPresence(myPresence.value === "away" ? "away" : "online"));

export function chooseScope(id: string): void {
  chosen.value = id;
  channelFilter.value = null;
  widen();
  write("scope", id);
}

export function scopeOf(row: Row): ScopeView | null {
  return (
    scopes.value.find((candidate) => candidate.channels.some((channel) => channel.id === row.channel)) ?? null
  );
}

export function channelOf(row: Row): ChannelView | null {
  return scopeOf(row)?.channels.find((channel) => channel.id === row.channel) ?? null;
}

export function memberById(id: string): MemberView | null {
  for (const candidate of scopes.value) {
    const member = candidate.members.find((other) => other.id === id);
    if (member) return member;
  }
  return null;
}

/** Names a member's picture, if they have one. */
export function faceOf(member: string | undefined): string | undefined {
  return member ? memberById(member)?.avatar : undefined;
}

export function setPresence(status: "online" | "away"): void {
  tell({ type: "presence", status });
  const id = me.value?.id;
  for (const each of scopes.value) if (id) presenceChanged(each.id, id, status);
}

/** What is told about a member, but for the reader: who reads this is not offline. */
function presenceOf(memberId: string, told: Presence): Presence {
  return told === "offline" && memberId === me.value?.id ? "online" : told;
}

function presenceChanged(scopeId: string, memberId: string, told: Presence): void {
  const presence = presenceOf(memberId, told);
  scopes.value = scopes.value.map((each) =>
    each.id === scopeId
      ? {
          ...each,
          members: each.members.map((member) => (member.id === memberId ? { ...member, presence } : member)),
        }
      : each,
  );
}

/** Which renewal of each scope was asked for last: the answers to older ones may come after its own. */
const renewals = new Map<string, symbol>();

/** Reads names, members and channels of a scope again, after somebody has changed them. */
export async function renewScope(id: string): Promise<void> {
  const renewal = Symbol(id);
  renewals.set(id, renewal);
  const path = `/scopes/${id}`;
  const [settings, members, channels] = await Promise.all([
    call<Pick<ScopeView, "name" | "mode" | "time_zone" | "role" | "has_bot">>("GET", path),
    call<{ items: Omit<MemberView, "presence">[] }>("GET", `${path}/members?limit=200`),
    call<{ items: ChannelView[] }>("GET", `${path}/channels?limit=200`),
  ]);
  if (renewals.get(id) !== renewal) return;
  scopes.value = scopes.value.map((each) => {
    if (each.id !== id) return each;
    const presence = (member: string) =>
      presenceOf(
        member,
        heard.get(member) ?? each.members.find((other) => other.id === member)?.presence ?? "offline",
      );
    return {
      ...each,
      name: settings.name,
      mode: settings.mode,
      time_zone: settings.time_zone,
      role: settings.role,
      has_bot: settings.has_bot,
      members: members.items.map(({ id, name, role, avatar }) => ({
        id,
        name,
        role,
        presence: presence(id),
        ...(avatar && { avatar }),
      })),
      channels: channels.items.map(({ id, kind, name }) => ({ id, kind, name })),
    };
  });
}

/** Members and channels that were not known when they were first heard of; each is asked about once. */
const strangers = new Set<string>();
/** What was last heard of each member's presence. */
const heard = new Map<string, Presence>();

function meet(scopeId: string, stranger: string): void {
  const key = `${scopeId} ${stranger}`;
  if (strangers.has(key)) return;
  strangers.add(key);
  renewScope(scopeId).catch(() => strangers.delete(key));
}

onEvent((event) => {
  if (event.type === "welcome") {
    setServerTime(event.server_time);
    me.value = event.member;
    scopes.value = event.scopes.map((each) => ({
      ...each,
      members: each.members.map((member) => ({
        ...member,
        presence: presenceOf(member.id, member.presence),
      })),
    }));
    heard.clear();
    strangers.clear();
  } else if (event.type === "presence") {
    heard.set(event.member, event.status);
    presenceChanged(event.scope, event.member, event.status);
    const home = scopes.value.find((each) => each.id === event.scope);
    if (!home?.members.some((member) => member.id === event.member)) meet(event.scope, event.member);
  } else if (event.type === "rows") {
    for (const row of event.rows) if (!channelOf(row)) meet(event.scope, row.channel);
  }
});
