// Who it is, in which state, who else looks on, and what may be done.
import type { Row } from "../../../shared/src/protocol.gen.ts";
import { chat as words } from "../../../shared/src/text.ts";
import { timeOrDate } from "../../../shared/src/when.ts";
import { go } from "../router.ts";
import { acting, joinChat, resolving, takeOver } from "../state/actions.ts";
import type { Chat } from "../state/chat.ts";
import { online } from "../state/connection.ts";
import { detailsShown } from "../state/keys.ts";
import { serverTime } from "../state/now.ts";
import { channelOf, memberById, supervises } from "../state/scopes.ts";
import { sectionOf } from "../state/sections.ts";
import { me } from "../state/session.ts";
import { Avatar, Chip } from "../ui/Avatar.tsx";
import { Icon } from "../ui/Icon.tsx";
import { MoreMenu } from "./MoreMenu.tsx";
import { customerName, firstName } from "./who.ts";

export function ChatHead({ chat, row }: { chat: Chat; row: Row }) {
  const section = sectionOf(row, me.value?.id ?? "");
  const blocked = !online.value || acting.value !== null;
  return (
    <header class="chead">
      <button type="button" class="icon only-m" aria-label={words.back} onClick={() => go("/")}>
        <Icon name="back" class="back" />
      </button>
      <Avatar name={row.contact.name} presence={row.customer_online ? "online" : undefined} />
      <div class="grow">
        <h2 class="trunc">
          <bdi>{customerName(row)}</bdi>
        </h2>
        <div class="sub">
          <span class="trunc">
            {channelOf(row)?.name}
            <span class="sr">, {row.customer_online ? words.online : words.offline}</span>
          </span>
          <StateChip row={row} />
        </div>
      </div>
      <Viewers chat={chat} />
      {section === "unassigned" && (
        <button type="button" class="btn" disabled={blocked} onClick={() => joinChat(row.id)}>
          <Icon name="hand" size="m" />
          {words.claim}
          <kbd class="hide-m">C</kbd>
        </button>
      )}
      {section === "mine" && (
        <button
          type="button"
          class="btn"
          id="resolve"
          disabled={blocked}
          onClick={() => {
            resolving.value = row.id;
          }}
        >
          <Icon name="check" size="m" class="good hide-m" />
          {words.resolve}
          <kbd class="hide-m">E</kbd>
        </button>
      )}
      {section === "assigned" && supervises.value && (
        <button type="button" class="btn hide-m" disabled={blocked} onClick={() => takeOver(row.id)}>
          {words.takeOver}
        </button>
      )}
      <button
        type="button"
        class="icon only-d"
        aria-label={words.details}
        title={words.details}
        aria-pressed={detailsShown.value}
        onClick={() => {
          detailsShown.value = !detailsShown.value;
        }}
      >
        <Icon name="info" />
      </button>
      <MoreMenu row={row} />
    </header>
  );
}

function StateChip({ row }: { row: Row }) {
  if (row.status === "queued") return <Chip kind="acc">{words.unassigned}</Chip>;
  if (row.status === "bot") {
    return (
      <Chip kind="ai">
        <Icon name="spark" size="s" />
        {words.withAi}
      </Chip>
    );
  }
  if (row.status === "ended")
    return <Chip>{words.ended(timeOrDate(row.ended_at ?? row.last_at, serverTime()))}</Chip>;
  if (row.assignee && row.assignee.id !== me.value?.id)
    return <Chip>{words.assignedTo(firstName(row.assignee.name))}</Chip>;
  return null;
}

function Viewers({ chat }: { chat: Chat }) {
  const others = chat.viewers.value.filter((id) => id !== me.value?.id).flatMap((id) => memberById(id) ?? []);
  return (
    <div class="viewers hide-m" role="status">
      {others.length > 0 && (
        <>
          <span class="stack">
            {others.slice(0, 3).map(({ id, name }) => (
              <Avatar key={id} name={name} member={id} size="sm" />
            ))}
          </span>
          <span class="trunc">{words.viewing(others.map(({ name }) => name.split(" ")[0] ?? name))}</span>
        </>
      )}
    </div>
  );
}
