// Notes that name this member, until they were read in this browser.
import { signal } from "@preact/signals";
import type { Row } from "../../../shared/src/protocol.gen.ts";
import { mention as words } from "../../../shared/src/text.ts";
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

onEvent((event) => {
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
