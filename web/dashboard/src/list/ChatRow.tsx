// One chat in the list.

import type { Row } from "../../../shared/src/protocol.gen.ts";
import { plain } from "../../../shared/src/rich.ts";
import { common, list, mention, tagWords } from "../../../shared/src/text.ts";
import { timeOrDate, wait } from "../../../shared/src/when.ts";
import { customerName } from "../chat/who.ts";
import { follow } from "../router.ts";
import { openChat } from "../state/chat.ts";
import { isMentioned } from "../state/mentions.ts";
import { now, serverTime } from "../state/now.ts";
import { outbox } from "../state/outbox.ts";
import { channelOf } from "../state/scopes.ts";
import { me } from "../state/session.ts";
import { Avatar, Chip } from "../ui/Avatar.tsx";
import { channelIcon, Icon } from "../ui/Icon.tsx";

/** From this wait on the time stands out, in milliseconds. */
const LONG_WAIT = 120_000;

/** Higher numbers of unread messages are not told apart. */
const MOST = 99;

interface Props {
  row: Row;
  section: string;
  current: boolean;
  /** 0 when everything is read; `null`: unread, and nobody has counted. */
  unread: number | null;
  /** The one row that the Tab key reaches. */
  stop: boolean;
}

export function ChatRow({ row, section, current, unread, stop }: Props) {
  const channel = channelOf(row);
  const time = row.ended_at ?? row.last_at;
  return (
    <li>
      <a
        class={unread === 0 ? "row" : "row unread"}
        href={`/chats/${row.id}`}
        aria-current={current ? "true" : undefined}
        tabIndex={stop ? 0 : -1}
        data-id={row.id}
        data-section={section}
        onClick={follow}
      >
        <Avatar name={row.contact.name} channel={channelIcon(channel?.kind ?? "")} />
        <span class="grow">
          <span class="nm trunc">
            <bdi>{customerName(row)}</bdi>
            <span class="sr">
              , {channel?.name}
              {unread !== 0 && `, ${list.unread(unread)}`}
            </span>
          </span>
          <Preview row={row} current={current} />
        </span>
        <span class="r">
          <span class="tm">{timeOrDate(time, serverTime())}</span>
          {isMentioned(row) ? (
            <span class="badge" title={mention.badge}>
              <span aria-hidden="true">@</span>
              <span class="sr">{mention.badge}</span>
            </span>
          ) : (
            <Mark row={row} unread={unread} />
          )}
        </span>
      </a>
    </li>
  );
}

function Preview({ row, current }: { row: Row; current: boolean }) {
  const typing = current && openChat.value?.typists.value.some((typist) => typist.kind === "contact");
  if (typing) {
    return (
      <span class="pv trunc">
        <span class="typing">{list.typing}</span>
      </span>
    );
  }
  if (outbox.value.some((item) => item.conversation === row.id && item.state === "failed")) {
    return (
      <span class="pv trunc fail">
        <Icon name="alert" size="s" />
        {list.notSent}
      </span>
    );
  }
  return (
    <span class="pv trunc" dir="auto">
      {row.tags[0] && (
        <span class="rowtag">
          <bdi>{row.tags[0]}</bdi>
          {row.tags.length > 1 && tagWords.more(row.tags.length - 1)}
        </span>
      )}
      {said(row)}
    </span>
  );
}

function said(row: Row): string {
  const preview = row.preview;
  if (!preview) return plain(row.first_text);
  const text = plain(preview.text);
  if (preview.by === "bot") return list.byAi(text);
  if (preview.by === "member" && row.assignee?.id === me.value?.id) return list.byYou(text);
  return text;
}

function Mark({ row, unread }: Pick<Props, "row" | "unread">) {
  if (row.status === "queued") return <Wait since={row.waiting_since ?? row.opened_at} />;
  if (row.rating) {
    return (
      <Chip title={list.rated(row.rating)}>
        {row.rating} <span aria-hidden="true">★</span>
      </Chip>
    );
  }
  if (row.assignee && row.assignee.id !== me.value?.id) {
    return (
      <Chip kind="line" title={list.assignedTo(row.assignee.name)}>
        {row.assignee.name.split(" ")[0]}
      </Chip>
    );
  }
  if (row.status === "bot") return <Chip kind="ai">{common.ai}</Chip>;
  if (unread === 0) return <span class="gap" />;
  return unread === null ? (
    <span class="news" aria-hidden="true" />
  ) : (
    <span class="badge num" aria-hidden="true">
      {unread > MOST ? `${MOST}+` : unread}
    </span>
  );
}

/** A wait that counts up. */
export function Wait({ since }: { since: number }) {
  const waited = now.value - since;
  return (
    <Chip kind={waited >= LONG_WAIT ? "warn" : "line"} title={list.waiting}>
      <Icon name="clock" size="s" />
      <span class="sr">{list.waiting} </span>
      {wait(waited)}
    </Chip>
  );
}
