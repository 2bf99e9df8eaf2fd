// The fourth column: the customer, the session, earlier chats; the team while no chat is open.
import { useSignalEffect } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Row } from "../../../shared/src/protocol.gen.ts";
import {
  chat as chatWords,
  common,
  empty,
  profile,
  profileForm,
  details as words,
} from "../../../shared/src/text.ts";
import { clockTime, clockTimeIn, date, dayOf, duration, timeOrDate } from "../../../shared/src/when.ts";
import { customerName } from "../chat/who.ts";
import { Wait } from "../list/ChatRow.tsx";
import { follow } from "../router.ts";
import { openChat } from "../state/chat.ts";
import { type Details, details, detailsProblem, loadDetails } from "../state/details.ts";
import { detailsShown } from "../state/keys.ts";
import { now, serverTime } from "../state/now.ts";
import { channelOf, scope } from "../state/scopes.ts";
import { me } from "../state/session.ts";
import { Avatar, Chip } from "../ui/Avatar.tsx";
import { channelIcon, Icon } from "../ui/Icon.tsx";
import { useLate } from "../ui/useLate.ts";
import { PHONE, ProfileForm } from "./ProfileForm.tsx";
import { deviceOf, languageOf, pathOf, placeOf } from "./readable.ts";
import { Tags } from "./Tags.tsx";

export function DetailsPane() {
  const chat = openChat.value;
  const row = chat?.row.value;
  const known = details.value?.row.id === chat?.id ? details.value : null;
  const closer = useRef<HTMLButtonElement>(null);
  // As a sheet it takes the focus when it opens; beside the chat its button is not shown and nothing moves.
  useSignalEffect(() => {
    if (detailsShown.value) requestAnimationFrame(() => closer.current?.focus());
  });
  return (
    <aside
      class={detailsShown.value ? "det shown" : "det"}
      id="details"
      aria-label={words.title}
      tabIndex={-1}
    >
      <button
        ref={closer}
        type="button"
        class="icon only-d closer"
        aria-label={common.close}
        onClick={() => {
          detailsShown.value = false;
        }}
      >
        <Icon name="x" />
      </button>
      {row ? (
        <>
          <div class="who">
            <Avatar name={row.contact.name} size="lg" />
            <div class="grow">
              <h2 class="trunc">
                <bdi>{customerName(row)}</bdi>
              </h2>
              {known?.contact.first_seen && (
                <div class="sec trunc">{words.since(date(known.contact.first_seen, serverTime()))}</div>
              )}
            </div>
          </div>
          <Customer row={row} known={known} />
          <Session row={row} known={known} />
          <Tags row={row} />
          <Earlier known={known} />
        </>
      ) : (
        !chat && <Team />
      )}
    </aside>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <bdi>{children}</bdi>
      </dd>
    </>
  );
}

function Customer({ row, known }: { row: Row; known: Details | null }) {
  const zone = known?.session?.time_zone;
  const [editing, setEditing] = useState(false);
  useEffect(() => setEditing(false), [row.id]);
  const local = zone ? clockTimeIn(zone, now.value) : "";
  return (
    <section class="sect">
      <h3>
        <span class="grow">{words.customer}</span>
        {known && !editing && (
          <button
            type="button"
            class="btn small"
            aria-label={profileForm.editLabel}
            disabled={row.end_reason === "erased"}
            onClick={() => setEditing(true)}
          >
            {profileForm.edit}
          </button>
        )}
      </h3>
      {known && editing ? (
        <ProfileForm
          contact={known.contact}
          onSaved={() => {
            setEditing(false);
            loadDetails(row.id);
          }}
          onCancel={() => setEditing(false)}
        />
      ) : known ? (
        <dl class="kv">
          <Fact name={words.name}>{known.contact.name || common.notGiven}</Fact>
          <Fact name={words.email}>{known.contact.email || common.notGiven}</Fact>
          {known.contact.attributes[PHONE] && (
            <Fact name={profileForm.phone}>{known.contact.attributes[PHONE]}</Fact>
          )}
          {known.contact.external_id && <Fact name={words.id}>{known.contact.external_id}</Fact>}
          <Fact name={words.identity}>{row.contact.verified ? words.verified : words.unverified}</Fact>
          {zone && local && <Fact name={words.localTime}>{words.place(local, placeOf(zone))}</Fact>}
          {known.session?.language && <Fact name={words.language}>{languageOf(known.session.language)}</Fact>}
          {Object.entries(known.contact.attributes)
            .filter(([name]) => name !== PHONE)
            .map(([name, value]) => (
              <Fact key={name} name={name}>
                {value}
              </Fact>
            ))}
        </dl>
      ) : detailsProblem.value ? (
        <div role="alert">
          <p class="sec">
            {words.failed} {detailsProblem.value}
          </p>
          <button type="button" class="btn small" onClick={() => loadDetails(row.id)}>
            {common.tryAgain}
          </button>
        </div>
      ) : (
        <FactSkeleton />
      )}
    </section>
  );
}

function Session({ row, known }: { row: Row; known: Details | null }) {
  const channel = channelOf(row);
  const session = known?.session;
  const end = row.ended_at ?? now.value;
  const device = session?.user_agent ? deviceOf(session.user_agent) : null;
  return (
    <section class="sect">
      <h3>{words.session}</h3>
      <dl class="kv">
        <Fact name={words.channel}>
          <Icon name={channelIcon(channel?.kind ?? "")} size="m" />
          {channel?.name}
        </Fact>
        <Fact name={words.sessionTime}>
          <span class="num">{duration(end - row.opened_at)}</span>
        </Fact>
        {row.status === "queued" && (
          <Fact name={words.waiting}>
            <Wait since={row.waiting_since ?? row.opened_at} />
          </Fact>
        )}
        <Fact name={words.started}>{moment(row.opened_at)}</Fact>
        {row.ended_at && <Fact name={words.ended}>{moment(row.ended_at)}</Fact>}
        {device && (
          <Fact name={words.device}>
            <Icon name={device.phone ? "phone" : "device"} size="m" />
            {device.name}
          </Fact>
        )}
        {session?.url && (
          <Fact name={words.page}>
            <a
              href={safe(session.url)}
              target="_blank"
              rel="noopener noreferrer nofollow"
              title={session.url}
            >
              {pathOf(session.url)}
            </a>
          </Fact>
        )}
        {session?.title && <Fact name={words.pageTitle}>{session.title}</Fact>}
        {session?.referrer && <Fact name={words.cameFrom}>{pathOf(session.referrer)}</Fact>}
        {row.status === "bot" && (
          <Fact name={words.handledBy}>
            <Chip kind="ai">
              <Icon name="spark" size="s" />
              {common.aiAssistant}
            </Chip>
          </Fact>
        )}
        {row.assignee && (
          <Fact name={words.handledBy}>
            {row.assignee.id === me.value?.id ? common.you : row.assignee.name}
          </Fact>
        )}
        {row.rating && <Fact name={words.feedback}>{words.rating(row.rating)}</Fact>}
      </dl>
    </section>
  );
}

function Earlier({ known }: { known: Details | null }) {
  if (!known) return null;
  return (
    <section class="sect past">
      <h3>
        {words.earlier} {known.earlier.length > 0 && <span class="mut">{known.earlier.length}</span>}
      </h3>
      {known.earlier.length === 0 && <p class="sec">{words.firstVisit}</p>}
      {known.earlier.map((row) => (
        <a key={row.id} href={`/chats/${row.id}`} onClick={follow}>
          <span class="grow trunc" dir="auto">
            {row.first_text || row.contact.name}
          </span>
          <span class="mut">{timeOrDate(row.opened_at, serverTime())}</span>
        </a>
      ))}
    </section>
  );
}

function Team() {
  const members = (scope.value?.members ?? []).filter((member) => member.presence !== "offline");
  return (
    <>
      <div class="who">
        <h2>{empty.team}</h2>
      </div>
      <section class="sect">
        <h3>{empty.teamOnline}</h3>
        <ul>
          {members.map((member) => (
            <li key={member.id} class="cellu">
              <Avatar name={member.name} member={member.id} size="sm" presence={member.presence} />
              <span class="grow trunc">{member.name}</span>
              <span class="mut">{member.presence === "away" ? profile.away : profile.available}</span>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

function FactSkeleton() {
  if (!useLate()) return null;
  return (
    <div class="skfacts" role="status">
      <span class="sr">{chatWords.details}</span>
      {["w60", "w90", "w70", "w80"].map((width) => (
        <span key={width} class={`sk ${width}`} aria-hidden="true" />
      ))}
    </div>
  );
}

function moment(at: number): string {
  const time = clockTime(at);
  if (dayOf(at) === dayOf(serverTime())) return words.todayAt(time);
  return words.dateAt(date(at, serverTime()), time);
}

/** Only web addresses become links. */
function safe(address: string): string | undefined {
  return /^https?:\/\//i.test(address) ? address : undefined;
}
