// Who is signed in.
import { signal } from "@preact/signals";
import type { Me } from "../../../shared/src/protocol.gen.ts";
import { ApiError, call, onSignedOut, useCsrfToken } from "../api.ts";
import { go, path } from "../router.ts";
import { connect, disconnect } from "./connection.ts";

interface Session {
  member: Me;
  csrf_token: string;
  mail: boolean;
}

/** `undefined` until the server has said, `null` when nobody is signed in. */
export const me = signal<Me | null | undefined>(undefined);
/** The server has a way to send mail. */
export const mail = signal(false);
/** The server could not be asked. */
export const unreachable = signal(false);

/** Where to go after signing in. */
let destination = "/";

onSignedOut(() => {
  if (path.value !== "/login" && path.value !== "/setup") destination = path.value;
  me.value = null;
  disconnect();
  if (path.value !== "/setup") go("/login", { replace: true });
});

export async function findSession(): Promise<void> {
  unreachable.value = false;
  try {
    enter(await call<Session>("GET", "/session"));
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return;
    unreachable.value = true;
  }
}

export async function logIn(email: string, password: string): Promise<void> {
  enter(await call<Session>("POST", "/session", { email, password }));
}

export async function acceptInvitation(body: object): Promise<void> {
  enter(await call<Session>("POST", "/invitations/accept", body));
  go("/", { replace: true });
}

export async function logOut(): Promise<void> {
  await call("DELETE", "/session").catch(() => {});
  // A full load forgets everything that was in memory.
  location.assign("/login");
}

function enter(session: Session): void {
  useCsrfToken(session.csrf_token);
  me.value = session.member;
  mail.value = session.mail;
  if (path.value === "/login") go(destination, { replace: true });
  connect();
}
