// Notes that name this member, until they were read. The server keeps the marks; this browser remembers them between its
// answers.
import { signal } from "@preact/signals";
import type { Row, ScopeView } from "../../../shared/src/protocol.gen.ts";
import { mention as words } from "../../../shared/src/text.ts";
import { call } from "../api.ts";
import { go } from "../router.ts";
import { onRead, openChat } from "./chat.ts";
import { onEvent } from "./connection.ts";
import { notify } from "./notices.ts";
import { activeRow } from "./rows.ts";
import { me } from "./session.ts";
import { readJson, write } from "./storage.ts";

type Marks = Readonly<Record<string, number>>;

/** More than anybody leaves unread. */
const KEPT = 200;

const changed = signal(0);

function keyOf(): string {
  return `mentioned.${me.value?.id}`;
}

/** Numbers of the last notes that name the member, by conversation. */
function marks(): Marks {
  changed.value;
  return readJson<Marks>(keyOf(), {});
}

export function isMentioned(row: Row): boolean {
  return marks()[row.id] !== undefined;
}

onRead((conversation, seq) => {
  const { [conversation]: mark, ...others } = marks();
  if (mark === undefined || mark > seq) return;
  write(keyOf(), JSON.stringify(others));
  changed.value++;
});

/** What the server knows takes the place of what was remembered. */
async function catchUp(scopes: readonly ScopeView[]): Promise<void> {
  const asked = scopes.map(({ id }) =>
    call<{ items: { conversation: string; seq: number }[] }>("GET", `/scopes/${id}/mentions?limit=${KEPT}`),
  );
  const found = (await Promise.all(asked)).flatMap(({ items }) => items);
  const kept = Object.fromEntries(found.map(({ conversation, seq }) => [conversation, seq]));
  write(keyOf(), JSON.stringify(kept));
  changed.value++;
}

onEvent((event) => {
  if (event.type === "welcome") catchUp(event.scopes).catch(() => {});
  if (event.type !== "mentioned") return;
  const open = openChat.peek()?.id === event.conversation && document.visibilityState === "visible";
  if (open) return;
  const kept = Object.entries(marks()).slice(-KEPT);
  write(keyOf(), JSON.stringify({ ...Object.fromEntries(kept), [event.conversation]: event.seq }));
  changed.value++;
  const customer = activeRow(event.conversation)?.contact.name;
  const text = customer ? words.by(event.by.name, customer) : words.somewhere(event.by.name);
  notify(text, { name: words.open, run: () => go(`/chats/${event.conversation}`) });
});
