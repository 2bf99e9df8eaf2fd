// One bubble: the customer on the left, the team's side on the right.

import type { Later } from "../../../shared/src/later.ts";
import type {
  Attachment,
  Card,
  ComingFile,
  DeliveryMark,
  Entry,
  Row,
} from "../../../shared/src/protocol.gen.ts";
import { customerWords } from "../../../shared/src/text/messaging.ts";
import { common, chat as words } from "../../../shared/src/text.ts";
import type { TextRole } from "../../../shared/src/thread.ts";
import { clockTime } from "../../../shared/src/when.ts";
import { Attachments } from "../files/Attachments.tsx";
import { ComingFiles } from "../files/ComingFiles.tsx";
import { fileUrl } from "../files/upload.ts";
import { type Outgoing, remove, tryAgain } from "../state/outbox.ts";
import { memberById } from "../state/scopes.ts";
import { me } from "../state/session.ts";
import { Avatar, BotAvatar, Chip } from "../ui/Avatar.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Cards } from "./Cards.tsx";
import { DeliveryLine } from "./DeliveryLine.tsx";
import { Former } from "./Former.tsx";
import { Words } from "./Words.tsx";
import { customerName } from "./who.ts";

const looks: Record<TextRole, string> = {
  contact: "",
  bot: "out ai",
  member: "out agent",
  note: "out note",
  suppressed: "out ai late",
};

interface Props {
  entry: Entry;
  text: string;
  role: TextRole;
  continued: boolean;
  /** What was said of it since. */
  later: Later | null;
  row: Row | null;
  conversation: string;
  delivery: Delivery | null;
  /** How far it has come on the customer's platform. */
  mark: DeliveryMark | null;
}

/** How far a message got: stored, at the customer's page, before their eyes. */
export type Delivery = "sent" | "delivered" | "read";

export function Message({ entry, text, role, continued, later, row, conversation, delivery, mark }: Props) {
  const name = nameOf(entry, row);
  const byBot = role === "bot" || role === "suppressed";
  const replies = entry.body.kind === "message" ? entry.body.quick_replies : undefined;
  return (
    <li class={`msg ${looks[role]} ${continued ? "cont" : ""}`}>
      <div class={continued ? "by sr" : "by"}>
        {role === "note" ? (
          <>
            <Icon name="lock" size="s" />
            <b>{words.internalNote}</b> {words.noteBy(name)}
          </>
        ) : role === "suppressed" ? (
          <>
            <Icon name="lock" size="s" />
            <b>{words.suppressed}</b>
          </>
        ) : (
          <b>
            <bdi>{name}</bdi>
          </b>
        )}
        <time>{clockTime(entry.at)}</time>
      </div>
      {byBot ? (
        <BotAvatar />
      ) : (
        <Avatar name={name} member={entry.by.kind === "member" ? entry.by.id : undefined} />
      )}
      <div class="b" dir="auto">
        {later?.deleted && <em class="gone">{customerWords.deleted}</em>}
        {text && !later?.deleted && <Words text={text} names={namesIn(entry)} />}
        {!later?.deleted && (
          <>
            <Attachments conversation={conversation} attachments={attachmentsOf(entry)} />
            <ComingFiles conversation={conversation} coming={comingOf(entry)} news={later?.files ?? {}} />
          </>
        )}
        <Cards cards={cardsOf(entry)} urlOf={(file) => fileUrl(conversation, file)} />
        {replies && replies.length > 0 && (
          <div class="quick">
            <span class="sr">{words.quickReplies}: </span>
            {replies.map((reply) => (
              <Chip key={reply} kind="line">
                {reply}
              </Chip>
            ))}
          </div>
        )}
      </div>
      {later && later.emojis.length > 0 && (
        <div class="reacted">
          <span class="sr">{customerWords.reactions(customerName(row))}: </span>
          {later.emojis.map((emoji) => (
            <Chip key={emoji} kind="line">
              {emoji}
            </Chip>
          ))}
        </div>
      )}
      {later && !later.deleted && later.edits.length > 0 && <Former texts={formerOf(entry, later)} />}
      {role === "suppressed" && <div class="st">{words.suppressedHelp}</div>}
      {mark && <DeliveryLine conversation={conversation} mark={mark} last={delivery !== null} />}
      {delivery && !mark && (
        <div class={delivery === "read" ? "st read" : "st"}>
          <Icon name={delivery === "sent" ? "check" : "checks"} size="s" />
          {words[delivery]}
        </div>
      )}
    </li>
  );
}

/** A reply or note that has not come back from the server yet. */
export function OutgoingMessage({ item }: { item: Outgoing }) {
  const name = me.value?.name ?? common.you;
  const failed = item.state === "failed";
  return (
    <li class={`msg out ${item.kind === "note" ? "note" : "agent"} ${failed ? "" : "pend"}`}>
      <div class="by">
        {item.kind === "note" ? (
          <>
            <Icon name="lock" size="s" />
            <b>{words.internalNote}</b> {words.noteBy(name)}
          </>
        ) : (
          <b>{name}</b>
        )}
        <time>{clockTime(item.at)}</time>
      </div>
      <Avatar name={name} member={me.value?.id} />
      <div class="b" dir="auto">
        {item.text && <Words text={item.text} />}
        <Attachments conversation={item.conversation} attachments={item.attachments ?? []} pending />
        <Cards cards={(item.cards ?? []).map(({ card }) => card)} urlOf={() => ""} />
      </div>
      {failed ? (
        <div class="st fail">
          <Icon name="alert" size="s" />
          <span title={item.reason}>
            {words.notSent} {item.reason}
          </span>
          <button type="button" onClick={() => tryAgain(item.clientId)}>
            {words.tryAgain}
          </button>
          <button type="button" onClick={() => remove(item.clientId)}>
            {words.delete}
          </button>
        </div>
      ) : (
        <div class="st">
          <Icon name="clock" size="s" />
          {item.state === "waiting" ? words.waiting : words.sending}
        </div>
      )}
    </li>
  );
}

/** Without those that are pictures of its cards. */
function attachmentsOf(entry: Entry): readonly Attachment[] {
  const { body } = entry;
  const all = (body.kind === "message" || body.kind === "note") && body.attachments;
  const shown = cardsOf(entry).map(({ image }) => image?.file);
  return all ? all.filter(({ id }) => !shown.includes(id)) : [];
}

function comingOf({ body }: Entry): readonly ComingFile[] {
  return (body.kind === "message" && body.coming) || [];
}

/** What it said before, oldest first. */
function formerOf({ body }: Entry, later: Later): string[] {
  const first = body.kind === "message" ? body.text : "";
  return [first, ...later.edits.slice(0, -1)].filter((text) => text);
}

function cardsOf({ body }: Entry): readonly Card[] {
  return (body.kind === "message" && body.cards) || [];
}

function nameOf(entry: Entry, row: Row | null): string {
  if (entry.by.kind === "member") return entry.by.name;
  if (entry.by.kind === "contact") return customerName(row);
  return common.aiAssistant;
}

function namesIn(entry: Entry): string[] {
  const mentions = entry.body.kind === "note" ? (entry.body.mentions ?? []) : [];
  return mentions.flatMap((id) => memberById(id)?.name ?? []);
}
