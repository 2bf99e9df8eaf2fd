// What was sent to a webhook, newest first, and another go for what did not arrive.
import { locale } from "../../../shared/src/chosen.ts";
import { webhookSettings as words } from "../../../shared/src/text/webhooks.ts";
import { call } from "../api.ts";
import { notify, notifyFailure } from "../state/notices.ts";
import { Chip } from "../ui/Avatar.tsx";
import { ListButtons, useListed } from "./listed.tsx";
import { LoadProblem } from "./parts.tsx";

/** One try to tell an event. */
export interface Try {
  id: string;
  event: string;
  type: string;
  attempt: number;
  at: number;
  outcome: "delivered" | "again" | "given_up";
  status: number | null;
  reason: string | null;
  next_at: number | null;
}

const PART = 20;
const kinds = { delivered: "ok", again: "warn", given_up: "bad" } as const;
const moment = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" });

export function WebhookLog({ path, url }: { path: string; url: string }) {
  const list = useListed<Try>(path, PART);
  const { items: lines, problem, reload } = list;
  const replay = (line: Try) =>
    call("POST", `${path}/${line.event}/replay`, {}).then(() => notify(words.replayed), notifyFailure);
  if (problem) return <LoadProblem problem={problem} reload={reload} />;
  if (!lines) return null;
  return (
    <section class="hooklog" aria-label={words.logOf(url)}>
      {lines.length === 0 && <p class="lead">{words.logNone}</p>}
      <ul>
        {lines.map((line) => (
          <li class="krow" key={line.id}>
            <div class="grow">
              <b class="trunc">{line.type}</b>
              <small>{about(line)}</small>
            </div>
            <Chip kind={kinds[line.outcome]}>{words.outcomes[line.outcome]}</Chip>
            {line.outcome !== "again" && line.type !== "webhook.test" && (
              <button
                type="button"
                class="btn small"
                aria-label={words.replayLabel(line.type, moment.format(line.at))}
                onClick={() => replay(line)}
              >
                {words.replay}
              </button>
            )}
          </li>
        ))}
      </ul>
      <ListButtons list={list} words={words} />
    </section>
  );
}

function about(line: Try): string {
  const parts = [
    moment.format(line.at),
    words.attempt(line.attempt),
    line.status === null ? "" : words.status(line.status),
    line.reason ?? "",
    line.next_at === null ? "" : words.again(moment.format(line.next_at)),
  ];
  return parts.filter(Boolean).join(" · ");
}
