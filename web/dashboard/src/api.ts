// REST calls. A 401 means that nobody is signed in any more and is told to `onSignedOut`.
import { systemClock } from "../../shared/src/clock.ts";
import { failure } from "../../shared/src/text.ts";

/** Nobody waits longer for the words of a refusal. Milliseconds. */
const WORDS_WITHIN = 2_000;

export class ApiError extends Error {
  status: number;
  code: string;
  details: Record<string, unknown>;
  constructor(status: number, code: string, message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

let csrfToken = "";
let signedOut = () => {};

/** The token that writing requests carry, from the session. */
export function useCsrfToken(token: string): void {
  csrfToken = token;
}

/** For requests that are not made by `call`. */
export function csrf(): string {
  return csrfToken;
}

export function onSignedOut(listener: () => void): void {
  signedOut = listener;
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Paths start behind `/api/v1`; the body is sent as JSON, a file as it is. Rejects with `ApiError`; status 0 and code `connection` when nobody answered. */
export async function call<Answer = void>(method: Method, path: string, body?: object): Promise<Answer> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (method !== "GET" && csrfToken) headers["x-csrf-token"] = csrfToken;
  const isFile = body instanceof Blob;
  if (body) headers["content-type"] = isFile ? "application/octet-stream" : "application/json";
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      headers,
      credentials: "same-origin",
      ...(body ? { body: isFile ? body : JSON.stringify(body) } : {}),
    });
  } catch {
    throw new ApiError(0, "connection", "no answer");
  }
  const text = await response.text();
  const answer = parse(text);
  if (response.ok) return answer as Answer;
  const problem = (answer ?? {}) as { code?: string; message?: string; details?: Record<string, unknown> };
  if (response.status === 401 && problem.code === "unauthenticated") signedOut();
  const code = problem.code ?? "other";
  // Whoever is not signed in is shown the door, not a reason.
  if (response.status !== 401) await learn(code);
  throw new ApiError(response.status, code, problem.message ?? "", problem.details ?? {});
}

let known: Readonly<Record<string, string>> = failure;

/** Fetches the words for a refusal unless they are here; for `explain`, which cannot wait. */
export async function learn(code: string): Promise<void> {
  if (code in known) return;
  const fetched = import("../../shared/src/text/refusals.ts").then(
    ({ refusals }) => {
      known = { ...failure, ...refusals };
    },
    // Without them it is said that it did not work.
    () => {},
  );
  await Promise.race([fetched, new Promise<void>((late) => systemClock.after(WORDS_WITHIN, late))]);
}

/** What to tell a person about a failed call or command. */
export function explain(error: unknown): string {
  const code = error && typeof error === "object" && "code" in error ? String(error.code) : "connection";
  return known[code] ?? failure.other;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
