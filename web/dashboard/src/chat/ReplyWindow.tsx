// Until when a customer of a messaging platform may be written to freely, and the templates that can be sent afterwards.
import { useEffect, useState } from "preact/hooks";
import type { Row } from "../../../shared/src/protocol.gen.ts";
import { replyWindow as words } from "../../../shared/src/text/channels.ts";
import { clockTime, date, dayOf } from "../../../shared/src/when.ts";
import { call } from "../api.ts";
import { openChat } from "../state/chat.ts";
import { now } from "../state/now.ts";
import type { Template } from "../state/templates.ts";
import { Icon } from "../ui/Icon.tsx";

interface Window {
  until: number | null;
  templates: Template[];
}

/** So long before its end is said when it is. Milliseconds. */
const SOON = 2 * 60 * 60 * 1000;

/** Number of the customer's last message that is known here. */
function lastOfCustomer(conversation: string): number {
  const chat = openChat.value;
  if (chat?.id !== conversation) return 0;
  const { entries } = chat.thread.value;
  for (let index = entries.length - 1; index >= 0; index--) {
    const entry = entries[index];
    if (entry?.by.kind === "contact" && entry.body.kind === "message") return entry.seq;
  }
  return 0;
}

function useWindow(row: Row): Window | null {
  const [found, setFound] = useState<Window | null>(null);
  const last = lastOfCustomer(row.id);
  useEffect(() => {
    let wanted = true;
    call<Window>("GET", `/conversations/${row.id}/reply_window`).then(
      (answer) => wanted && setFound(answer),
      // Whoever writes too late is told at the message.
      () => wanted && setFound(null),
    );
    return () => {
      wanted = false;
    };
  }, [row.id, last]);
  return found;
}

/** `onTake`: the words of a template, to be filled in. */
export function ReplyWindow({ row, onTake }: { row: Row; onTake: (text: string) => void }) {
  const found = useWindow(row);
  if (!found?.until) return null;
  const { until, templates } = found;
  const left = until - now.value;
  if (left > SOON) return null;
  if (left > 0) {
    const at = [dayOf(until) === dayOf(now.value) ? "" : date(until, now.value), clockTime(until)];
    return (
      <p class="window">
        <Icon name="clock" size="s" />
        {words.open(at.filter(Boolean).join(", "))}
      </p>
    );
  }
  return (
    <div class="window closed">
      <Icon name="clock" size="s" />
      <p role="status">{templates.length ? words.closedTemplates : words.closed}</p>
      {templates.length > 0 && (
        <select
          class="in sm"
          aria-label={words.choose}
          value=""
          onChange={(event) => {
            const body = templates[Number(event.currentTarget.value)]?.body;
            event.currentTarget.value = "";
            if (body) onTake(body);
          }}
        >
          <option value="">{words.choose}</option>
          {templates.map(({ name, language, body }, at) => (
            <option key={`${name} ${language}`} value={at}>
              {`${name} (${language}): ${body.slice(0, 60)}`}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}
