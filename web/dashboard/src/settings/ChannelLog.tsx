// What a messaging channel could not work on, with another go, and what it sent, newest first.
import { locale } from "../../../shared/src/chosen.ts";
import { channelPage as words } from "../../../shared/src/text/channels.ts";
import { call } from "../api.ts";
import { follow } from "../router.ts";
import { notify, notifyFailure } from "../state/notices.ts";
import { Chip } from "../ui/Avatar.tsx";
import { ListButtons, useListed } from "./listed.tsx";
import { LoadProblem } from "./parts.tsx";

interface DeadEvent {
  id: string;
  received_at: number;
  attempts: number;
  error: string;
  passed_over: boolean;
}

interface Sent {
  id: string;
  conversation: string;
  seq: number;
  attempt: number;
  at: number;
  outcome: keyof typeof words.outcomes;
  state: string;
  reason?: string;
}

const PART = 20;
const moment = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" });
const outcomeKinds = {
  sent: "ok",
  reported: "ok",
  retried: "",
  again: "warn",
  unknown: "warn",
  failed: "bad",
} as const;

function DeadEvents({ path }: { path: string }) {
  const list = useListed<DeadEvent>(path, PART);
  const { items, problem, reload } = list;
  if (problem) return <LoadProblem problem={problem} reload={reload} />;
  if (!items) return null;
  const replay = (event: DeadEvent) =>
    call("POST", `${path}/${event.id}/replay`, {}).then(() => {
      notify(words.againDone);
      reload();
    }, notifyFailure);
  return (
    <section class="hooklog" aria-label={words.failed}>
      <h4 class="t">{words.failed}</h4>
      {items.length === 0 && <p class="lead">{words.failedNone}</p>}
      <ul>
        {items.map((event) => (
          <li class="krow" key={event.id}>
            <div class="grow">
              <b class="said">{event.error}</b>
              <small>{[moment.format(event.received_at), words.attempt(event.attempts)].join(" · ")}</small>
            </div>
            <Chip kind={event.passed_over ? "" : "bad"}>
              {event.passed_over ? words.passedOver : words.stuck}
            </Chip>
            <button
              type="button"
              class="btn small"
              aria-label={words.againLabel(moment.format(event.received_at))}
              onClick={() => replay(event)}
            >
              {words.again}
            </button>
          </li>
        ))}
      </ul>
      <ListButtons list={list} words={words} />
    </section>
  );
}

function Deliveries({ path }: { path: string }) {
  const list = useListed<Sent>(path, PART);
  const { items, problem, reload } = list;
  if (problem) return <LoadProblem problem={problem} reload={reload} />;
  if (!items) return null;
  return (
    <section class="hooklog" aria-label={words.sent}>
      <h4 class="t">{words.sent}</h4>
      {items.length === 0 && <p class="lead">{words.sentNone}</p>}
      <ul>
        {items.map((line) => (
          <li class="krow" key={line.id}>
            <div class="grow">
              <b>{moment.format(line.at)}</b>
              <small>
                {[line.attempt ? words.attempt(line.attempt) : "", line.reason ?? ""]
                  .filter(Boolean)
                  .join(" · ")}
              </small>
            </div>
            <Chip kind={outcomeKinds[line.outcome]}>{words.outcomes[line.outcome]}</Chip>
            <a
              class="btn small"
              href={`/chats/${line.conversation}`}
              onClick={follow}
              aria-label={words.chatLabel(moment.format(line.at))}
            >
              {words.chat}
            </a>
          </li>
        ))}
      </ul>
      <ListButtons list={list} words={words} />
    </section>
  );
}

/** `path` is that of the channel. */
export function ChannelLog({ path }: { path: string }) {
  return (
    <>
      <DeadEvents path={`${path}/dead_events`} />
      <Deliveries path={`${path}/deliveries`} />
    </>
  );
}
