// Everything that was said and that happened. The reader at the bottom follows what is new; the reader who has
// scrolled up stays and is told. Older entries come when the top is near, without moving what is read.
import { computed, signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Entry, Row, Typist } from "../../../shared/src/protocol.gen.ts";
import { common, chat as words } from "../../../shared/src/text.ts";
import { type Item, items, lastSeq } from "../../../shared/src/thread.ts";
import { clockTime, date, dayOf } from "../../../shared/src/when.ts";
import { type Chat, loadOlder, read } from "../state/chat.ts";
import { online } from "../state/connection.ts";
import { notifyFailure } from "../state/notices.ts";
import { serverTime } from "../state/now.ts";
import { outbox } from "../state/outbox.ts";
import { me } from "../state/session.ts";
import { Avatar, BotAvatar } from "../ui/Avatar.tsx";
import { Icon } from "../ui/Icon.tsx";
import { describe } from "./describe.ts";
import { type Delivery, Message, OutgoingMessage } from "./Message.tsx";
import { customerName } from "./who.ts";

const NEAR_END = 40;
const NEAR_TOP = 300;
const DAY = 86_400_000;

export function Transcript({ chat }: { chat: Chat }) {
  const log = useRef<HTMLDivElement>(null);
  const { atEnd, leftAt, shown, pending, missed } = useMemo(() => modelOf(chat), [chat]);
  const height = useRef(0);
  const tail = useRef("");

  const list = shown.value;
  const waiting = pending.value;
  const typists = chat.typists.value;
  const last = `${lastSeq(chat.thread.value)} ${waiting.length} ${typists.length}`;

  // The log is laid out from its end (column-reverse), so what is put in at the top moves nothing; what is added at
  // the end must be made up for when the reader is not there.
  useLayoutEffect(() => {
    const box = log.current;
    if (!box) return;
    const grown = box.scrollHeight - height.current;
    const added = tail.current !== "" && tail.current !== last;
    height.current = box.scrollHeight;
    tail.current = last;
    if (atEnd.peek()) box.scrollTop = 0;
    else if (added) box.scrollTop -= grown;
  });

  useEffect(() => {
    const look = () => {
      if (atEnd.peek() && document.visibilityState === "visible") read(chat);
    };
    look();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [last, atEnd.value, online.value]);

  const onScroll = () => {
    const box = log.current;
    if (!box) return;
    const end = -box.scrollTop < NEAR_END;
    if (atEnd.peek() && !end) leftAt.value = lastSeq(chat.thread.peek());
    atEnd.value = end;
    const above = box.scrollHeight - box.clientHeight + box.scrollTop;
    if (above < NEAR_TOP && chat.thread.peek().more) loadOlder(chat).catch(notifyFailure);
  };

  const toEnd = () => {
    if (log.current) log.current.scrollTop = 0;
    atEnd.value = true;
  };

  const row = chat.row.value;
  const lastOwn = findLastOwn(list);
  return (
    <div class="logbox">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <div class="log" ref={log} tabIndex={0} role="log" aria-label={words.transcript} onScroll={onScroll}>
        <ol aria-busy={chat.loadingOlder.value}>
          {chat.loadingOlder.value && <li class="sys">{words.loadingOlder}</li>}
          {!chat.loadingOlder.value && chat.thread.value.more && (
            <li class="sys plain">
              <button type="button" class="btn small" onClick={() => loadOlder(chat).catch(notifyFailure)}>
                {words.loadOlder}
              </button>
            </li>
          )}
          {list.map((item) => (
            <Line key={item.key} item={item} row={row} chat={chat} last={item.key === lastOwn} />
          ))}
          {waiting.map((item) => (
            <OutgoingMessage key={item.clientId} item={item} />
          ))}
          <Typists chat={chat} row={row} />
        </ol>
      </div>
      <p class="sr" role="status">
        {typists.map((typist) => words.isTyping(typistName(typist, row))).join(". ")}
      </p>
      {!atEnd.value && (
        <button
          type="button"
          class={missed.value ? "jump fresh" : "jump"}
          aria-label={missed.value ? undefined : words.toNewest}
          onClick={toEnd}
        >
          {missed.value > 0 && words.newMessages(missed.value)}
          <Icon name="chev" size="s" />
        </button>
      )}
    </div>
  );
}

function modelOf(chat: Chat) {
  const atEnd = signal(true);
  /** The last entry there was when the reader left the end. */
  const leftAt = signal(0);
  const shown = computed(() => items(chat.thread.value, dayOf));
  const pending = computed(() => {
    const there = new Set(chat.thread.value.entries.map((entry) => entry.client_id));
    return outbox.value.filter((item) => item.conversation === chat.id && !there.has(item.clientId));
  });
  const missed = computed(
    () =>
      shown.value.filter(
        (item) => item.kind === "text" && item.entry.seq > leftAt.value && !isOwn(item.entry),
      ).length,
  );
  return { atEnd, leftAt, shown, pending, missed };
}

function isOwn(entry: Entry): boolean {
  return entry.by.kind === "member" && entry.by.id === me.peek()?.id;
}

/** The newest message of the team, which tells how far it got. */
function findLastOwn(list: readonly Item<Entry>[]): string {
  for (let index = list.length - 1; index >= 0; index--) {
    const item = list[index];
    if (item?.kind === "text" && item.role === "member") return item.key;
  }
  return "";
}

function deliveryOf(chat: Chat, entry: Entry): Delivery {
  if ((chat.reads.value.contact ?? 0) >= entry.seq) return "read";
  return chat.delivered.value >= entry.seq ? "delivered" : "sent";
}

interface LineProps {
  item: Item<Entry>;
  row: Row | null;
  chat: Chat;
  last: boolean;
}

function Line({ item, row, chat, last }: LineProps) {
  if (item.kind === "day") return <li class="day">{dayName(item.at)}</li>;
  if (item.kind === "text") {
    const { entry, text, role, continued, later } = item;
    const delivery = last ? deliveryOf(chat, entry) : null;
    return (
      <Message
        entry={entry}
        text={text}
        role={role}
        continued={continued}
        later={later ?? null}
        row={row}
        conversation={chat.id}
        delivery={delivery}
        mark={chat.deliveries.value[entry.seq] ?? null}
      />
    );
  }
  const told = describe(item.entry, row);
  if (!told) return null;
  return (
    <li class="sys">
      <Icon name={told.icon} size="s" />
      <span>
        {told.text} · <time>{clockTime(item.entry.at)}</time>
      </span>
    </li>
  );
}

function dayName(at: number): string {
  const now = serverTime();
  if (dayOf(at) === dayOf(now)) return words.today;
  if (dayOf(at) === dayOf(now - DAY)) return words.yesterday;
  return date(at, now);
}

function Typists({ chat, row }: { chat: Chat; row: Row | null }) {
  return (
    <>
      {chat.typists.value.map((typist) => (
        <li key={typistName(typist, row)} class={typistLooks[typist.kind]} aria-hidden="true">
          <div class="by">
            <b>{typistName(typist, row)}</b> {typist.kind === "bot" ? words.writing : words.typing}
          </div>
          {typist.kind === "bot" ? <BotAvatar /> : <Avatar name={typistName(typist, row)} />}
          <div class="b">
            <span class="tdots">
              <i />
              <i />
              <i />
            </span>
          </div>
        </li>
      ))}
    </>
  );
}

const typistLooks = { contact: "msg", bot: "msg out ai", member: "msg out agent" };

function typistName(typist: Typist, row: Row | null): string {
  if (typist.kind === "contact") return customerName(row);
  return typist.kind === "bot" ? common.aiAssistant : typist.name;
}
