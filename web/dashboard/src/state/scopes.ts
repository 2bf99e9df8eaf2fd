// The scopes of the member, and who is in them.
import { computed, effect, signal } from "@preact/signals";
import type { ChannelView, MemberView, Presence, Row, ScopeView } from "../../../shared/src/protocol.gen.ts";
import { keepPresence, onEvent, tell } from "./connection.ts";
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

export function setPresence(status: "online" | "away"): void {
  tell({ type: "presence", status });
  const id = me.value?.id;
  for (const each of scopes.value) if (id) presenceChanged(each.id, id, status);
}

function presenceChanged(scopeId: string, memberId: string, presence: Presence): void {
  scopes.value = scopes.value.map((each) =>
    each.id === scopeId
      ? {
          ...each,
          members: each.members.map((member) => (member.id === memberId ? { ...member, presence } : member)),
        }
      : each,
  );
}

onEvent((event) => {
  if (event.type === "welcome") {
    setServerTime(event.server_time);
    me.value = event.member;
    scopes.value = event.scopes;
  } else if (event.type === "presence") {
    presenceChanged(event.scope, event.member, event.status);
  }
});
