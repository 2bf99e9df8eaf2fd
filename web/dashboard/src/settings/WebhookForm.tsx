// Where a webhook is told, and what.
import { useState } from "preact/hooks";
import { webhookSettings as words } from "../../../shared/src/text/webhooks.ts";
import { FormButtons } from "./FormButtons.tsx";
import { Field, Problem, refusal } from "./parts.tsx";

export interface Wishes {
  url: string;
  /** None: everything. */
  events: string[];
}

/** The names programs know; `docs/WEBHOOKS.md` says what each means. */
const types = [
  "conversation.opened",
  "conversation.handed_off",
  "conversation.joined",
  "conversation.transferred",
  "conversation.taken_over",
  "conversation.requeued",
  "conversation.handed_back",
  "conversation.ended",
  "conversation.activated",
  "conversation.tagged",
  "conversation.untagged",
  "message.created",
  "message.file",
  "message.edited",
  "message.reacted",
  "message.deleted",
  "note.created",
  "feedback.given",
  "contact.created",
  "contact.changed",
  "member.added",
  "member.changed",
  "member.removed",
  "delivery.sent",
  "delivery.delivered",
  "delivery.read",
  "delivery.unconfirmed",
  "delivery.failed",
];

interface Props {
  /** Of the button that saves. */
  name: string;
  wishes?: Wishes;
  onSave: (wishes: Wishes) => Promise<void>;
  onCancel: () => void;
}

export function WebhookForm({ name, wishes, onSave, onCancel }: Props) {
  const [problem, setProblem] = useState("");
  const [all, setAll] = useState(!wishes?.events.length);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const events = all ? [] : form.getAll("events").map(String);
    onSave({ url: String(form.get("url")).trim(), events }).catch((error) => setProblem(refusal(error)));
  };
  return (
    <form class="form" onSubmit={submit}>
      <Problem text={problem} />
      <Field label={words.url} help={words.urlHelp}>
        {(ids) => (
          <input
            {...ids}
            class="in"
            name="url"
            type="url"
            required
            maxLength={1000}
            autocomplete="off"
            defaultValue={wishes?.url ?? ""}
          />
        )}
      </Field>
      <fieldset class="rules">
        <legend>{words.events}</legend>
        <label class="pick">
          <input type="radio" name="all" checked={all} onChange={() => setAll(true)} />
          {words.everything}
        </label>
        <label class="pick">
          <input type="radio" name="all" checked={!all} onChange={() => setAll(false)} />
          {words.some}
        </label>
        {!all && (
          <div class="picks">
            {types.map((type) => (
              <label class="pick" key={type}>
                <input
                  type="checkbox"
                  name="events"
                  value={type}
                  defaultChecked={wishes?.events.includes(type) ?? false}
                />
                <code>{type}</code>
              </label>
            ))}
          </div>
        )}
      </fieldset>
      <FormButtons submit={name} onCancel={onCancel} />
    </form>
  );
}
