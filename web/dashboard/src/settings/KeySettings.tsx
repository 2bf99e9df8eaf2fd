// API keys of the scope: for programs that speak for it. A key is shown once.
import { useState } from "preact/hooks";
import { locale } from "../../../shared/src/chosen.ts";
import type { Role } from "../../../shared/src/protocol.gen.ts";
import { memberSettings } from "../../../shared/src/text/people.ts";
import { keySettings as words } from "../../../shared/src/text/settings.ts";
import { settings as shared } from "../../../shared/src/text.ts";
import { call } from "../api.ts";
import { notifyFailure } from "../state/notices.ts";
import { Chip } from "../ui/Avatar.tsx";
import { Icon } from "../ui/Icon.tsx";
import { FormButtons } from "./FormButtons.tsx";
import { Field, LoadProblem, Once, Problem, refusal, useLoaded } from "./parts.tsx";

interface Key {
  id: string;
  name: string;
  role: Role;
  created_at: number;
  last_used_at: number | null;
  revoked_at: number | null;
}

const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });

export function KeySettings({ scopeId }: { scopeId: string }) {
  const base = `/scopes/${scopeId}/keys`;
  const { value, problem, reload } = useLoaded<{ items: Key[] }>(`${base}?limit=200`);
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState("");
  if (problem) return <LoadProblem problem={problem} reload={reload} />;
  if (!value) return null;
  const make = async (body: object) => {
    const made = await call<{ key: string }>("POST", base, body);
    setSecret(made.key);
    setAdding(false);
    reload();
  };
  const revoke = (key: Key) => call("DELETE", `${base}/${key.id}`).catch(notifyFailure).finally(reload);
  return (
    <>
      <div class="phead">
        <h2 class="t grow">{shared.keys}</h2>
        <button type="button" class="btn primary" onClick={() => setAdding(true)}>
          <Icon name="plus" size="m" />
          {words.add}
        </button>
      </div>
      <p class="lead">{words.lead}</p>
      {secret && <Once label={words.secret} value={secret} />}
      {adding && <KeyForm onMake={make} onCancel={() => setAdding(false)} />}
      {value.items.length === 0 ? (
        <p>{words.none}</p>
      ) : (
        <ul class="card after">
          {value.items.map((key) => (
            <li class="krow" key={key.id}>
              <div class="grow">
                <b class="trunc">{key.name}</b>
                <small>
                  {key.last_used_at
                    ? words.used(day.format(key.last_used_at))
                    : words.unused(day.format(key.created_at))}
                </small>
              </div>
              <Chip kind={key.revoked_at ? "bad" : ""}>
                {key.revoked_at ? words.revoked : memberSettings[key.role]}
              </Chip>
              {!key.revoked_at && (
                <button
                  type="button"
                  class="btn small"
                  aria-label={words.revokeLabel(key.name)}
                  onClick={() => revoke(key)}
                >
                  {words.revoke}
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function KeyForm({ onMake, onCancel }: { onMake: (body: object) => Promise<void>; onCancel: () => void }) {
  const [problem, setProblem] = useState("");
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const body = { name: String(form.get("name")).trim(), role: form.get("role") };
    onMake(body).catch((error) => setProblem(refusal(error)));
  };
  return (
    <div class="card">
      <form class="form" onSubmit={submit}>
        <Problem text={problem} />
        <Field label={words.name} help={words.nameHelp}>
          {(ids) => <input {...ids} class="in" name="name" required maxLength={80} autocomplete="off" />}
        </Field>
        <Field label={words.role}>
          {(ids) => (
            <select {...ids} class="in" name="role">
              <option value="agent">{memberSettings.agent}</option>
              <option value="admin">{memberSettings.admin}</option>
            </select>
          )}
        </Field>
        <FormButtons submit={words.make} onCancel={onCancel} />
      </form>
    </div>
  );
}
