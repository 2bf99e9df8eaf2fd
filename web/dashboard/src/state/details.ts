// What is known of the customer and the session of the open conversation.
import { computed, effect, signal } from "@preact/signals";
import type { Row } from "../../../shared/src/protocol.gen.ts";
import { call, explain } from "../api.ts";
import { openChat } from "./chat.ts";

export interface Details {
  row: Row;
  contact: {
    id: string;
    name?: string | null;
    email?: string | null;
    external_id?: string | null;
    verified: boolean;
    attributes: Record<string, string>;
    first_seen?: number | null;
  };
  session: {
    url?: string | null;
    title?: string | null;
    referrer?: string | null;
    language?: string | null;
    time_zone?: string | null;
    user_agent?: string | null;
  } | null;
  earlier: Row[];
}

export const details = signal<Details | null>(null);
export const detailsProblem = signal("");

const known = new Map<string, Details>();
const KEPT = 20;
let asked = 0;

export async function loadDetails(id: string): Promise<void> {
  const mine = ++asked;
  details.value = known.get(id) ?? null;
  detailsProblem.value = "";
  try {
    const answer = await call<Details>("GET", `/conversations/${id}`);
    if (mine !== asked) return;
    known.delete(id);
    known.set(id, answer);
    for (const [oldest] of known) {
      if (known.size <= KEPT) break;
      known.delete(oldest);
    }
    if (openChat.peek()?.id === id) details.value = answer;
  } catch (error) {
    if (mine === asked && openChat.peek()?.id === id && !details.peek())
      detailsProblem.value = explain(error);
  }
}

const wanted = computed(() => {
  const chat = openChat.value;
  return chat?.phase.value === "ready" ? `${chat.id} ${chat.row.value?.status} ${chat.retold.value}` : "";
});

// Read anew for each conversation, when its state changes and when its customer may have; opening never waits for it.
effect(() => {
  const id = wanted.value.split(" ")[0];
  if (id) loadDetails(id);
});
