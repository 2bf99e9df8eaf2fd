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
type Change = (marks: Marks) => Marks;

/** More than anybody leaves unread. */
const KEPT = 200;

const changed = signal(0);

/** What changed while the server is being asked: its answer may not know of it. */
let meanwhile: Change[] | null = null;

function keyOf(): string {
  return `mentioned.${me.value?.id}`;
}

/** Numbers of the last notes that name the member, by conversation. */
function marks(): Marks {
  changed.value;
  return readJson<Marks>(keyOf(), {});
}

function keep(kept: Marks): void {
  write(keyOf(), JSON.stringify(kept));
  changed.value++;
}

function change(how: Change): void {
  meanwhile?.push(how);
  const before = marks();
  const after = how(before);
  if (after !== before) keep(after);
}

export function isMentioned(row: Row): boolean {
  return marks()[row.id] !== undefined;
}

onRead((conversation, seq) => {
  change((marks) => {
    const { [conversation]: mark, ...others } = marks;
    return mark === undefined || mark > seq ? marks : others;
  });
});

async function ask(scopes: readonly ScopeView[]): Promise<Marks> {
  const asked = scopes.map(({ id }) =>
    call<{ items: { conversation: string; seq: number }[] }>("GET", `/scopes/${id}/mentions?limit=${KEPT}`),
  );
  const found = (await Promise.all(asked)).flatMap(({ items }) => items);
  return Object.fromEntries(found.map(({ conversation, seq }) => [conversation, seq]));
}

/** What the server knows takes the place of what was remembered; an answer to an older connection does not. */
async function catchUp(scopes: readonly ScopeView[]): Promise<void> {
  const changes: Change[] = [];
  meanwhile = changes;
  const answer = await ask(scopes).catch(() => null);
  if (meanwhile !== changes) return;
  meanwhile = null;
  if (answer) keep(changes.reduce((marks, how) => how(marks), answer));
}

onEvent((event) => {
  if (event.type === "welcome") catchUp(event.scopes);
  if (event.type !== "mentioned") return;
  const open = openChat.peek()?.id === event.conversation && document.visibilityState === "visible";
  if (open) return;
  change((marks) => {
    const kept = Object.fromEntries(Object.entries(marks).slice(-KEPT));
    return { ...kept, [event.conversation]: event.seq };
  });
  const customer = activeRow(event.conversation)?.contact.name;
  const text = customer ? words.by(event.by.name, customer) : words.somewhere(event.by.name);
  notify(text, { name: words.open, run: () => go(`/chats/${event.conversation}`) });
});
