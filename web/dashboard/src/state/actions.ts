// What a member does to a conversation. Each carries its own id, so it takes effect once.
import { signal } from "@preact/signals";
import type { DashboardCommand, TransferTo } from "../../../shared/src/protocol.gen.ts";
import { CommandError } from "../../../shared/src/socket.ts";
import { uuid } from "../../../shared/src/uuid.ts";
import { request } from "./connection.ts";
import { notifyFailure } from "./notices.ts";
import { claimLost, forgetLostClaim } from "./outbox.ts";

/** The conversation with an action on its way; its buttons wait. */
export const acting = signal<string | null>(null);
/** The conversation whose resolving is being asked about. */
export const resolving = signal<string | null>(null);
/** An active conversation that stands in the way of activating another one: ended id to active id. */
export const activeInstead = signal<Readonly<Record<string, string>>>({});

type Deed = Extract<DashboardCommand, { client_id: string }>;

/** Claims a conversation nobody owns, or cuts the bot off. */
export function joinChat(conversation: string): Promise<boolean> {
  return act({ type: "join", conversation, client_id: uuid() });
}

export async function takeOver(conversation: string): Promise<boolean> {
  const done = await act({ type: "take_over", conversation, client_id: uuid() });
  if (done) forgetLostClaim(conversation);
  return done;
}

export function transfer(conversation: string, to: TransferTo): Promise<boolean> {
  return act({ type: "transfer", conversation, client_id: uuid(), to });
}

export function resolveChat(conversation: string): Promise<boolean> {
  return act({ type: "resolve", conversation, client_id: uuid() });
}

export function activateChat(conversation: string): Promise<boolean> {
  return act({ type: "activate", conversation, client_id: uuid() });
}

async function act(deed: Deed): Promise<boolean> {
  if (acting.value) return false;
  acting.value = deed.conversation;
  try {
    await request(deed);
    return true;
  } catch (error) {
    if (error instanceof CommandError && error.code === "active_exists" && error.details.conversation) {
      activeInstead.value = { ...activeInstead.value, [deed.conversation]: error.details.conversation };
    } else if (error instanceof CommandError && error.code === "already_assigned" && error.details.assignee) {
      claimLost.value = { ...claimLost.value, [deed.conversation]: error.details.assignee };
    } else {
      notifyFailure(error);
    }
    return false;
  } finally {
    acting.value = null;
  }
}
