// Webhooks of the scope: programs that are told what happens. A secret is shown once.
import { useState } from "preact/hooks";
import { webhookSettings as words } from "../../../shared/src/text/webhooks.ts";
import { common } from "../../../shared/src/text.ts";
import { timeOrDate } from "../../../shared/src/when.ts";
import { call } from "../api.ts";
import { notify, notifyFailure } from "../state/notices.ts";
import { now } from "../state/now.ts";
import { Chip } from "../ui/Avatar.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { Icon } from "../ui/Icon.tsx";
import { LoadProblem, Once, Problem, useLoaded } from "./parts.tsx";
import { WebhookForm, type Wishes } from "./WebhookForm.tsx";
import { type Try, WebhookLog } from "./WebhookLog.tsx";

interface Webhook extends Wishes {
  id: string;
  enabled: boolean;
  off_reason: "gone" | "failing" | null;
  failing_since: number | null;
}

/** A secret that was just made. */
interface Made {
  secret: string;
  help?: string;
}

export function WebhookSettings({ scopeId }: { scopeId: string }) {
  const base = `/scopes/${scopeId}/webhooks`;
  const { value, problem, reload } = useLoaded<{ items: Webhook[] }>(base);
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<Made | null>(null);
  if (problem) return <LoadProblem problem={problem} reload={reload} />;
  if (!value) return null;
  const make = async (wishes: Wishes) => {
    setMade(await call<{ secret: string }>("POST", base, wishes));
    setAdding(false);
    reload();
  };
  return (
    <>
      <div class="phead">
        <h2 class="t grow">{words.title}</h2>
        <button type="button" class="btn primary" onClick={() => setAdding(true)}>
          <Icon name="plus" size="m" />
          {words.add}
        </button>
      </div>
      <p class="lead">{words.lead}</p>
      {made && <Once label={words.secret} value={made.secret} {...(made.help ? { help: made.help } : {})} />}
      {adding && (
        <div class="card">
          <WebhookForm name={words.make} onSave={make} onCancel={() => setAdding(false)} />
        </div>
      )}
      {value.items.length === 0 && !adding && <p>{words.none}</p>}
      {value.items.map((hook) => (
        <Card
          key={hook.id}
          path={`${base}/${hook.id}`}
          hook={hook}
          onChanged={reload}
          onSecret={(secret) => setMade({ secret, help: words.newSecretHelp })}
        />
      ))}
    </>
  );
}

interface CardProps {
  path: string;
  hook: Webhook;
  onChanged: () => void;
  onSecret: (secret: string) => void;
}

/** Reads the log again when `count` changes. */
type Shown = { log: boolean; count: number };

function Card({ path, hook, onChanged, onSecret }: CardProps) {
  const { url } = hook;
  const [editing, setEditing] = useState(false);
  const [asking, setAsking] = useState<"rotate" | "remove" | null>(null);
  const [testing, setTesting] = useState(false);
  const [shown, setShown] = useState<Shown>({ log: false, count: 0 });
  const change = (body: object) => call("PATCH", path, body).then(onChanged);
  const save = async (wishes: Wishes) => {
    await change(wishes);
    setEditing(false);
  };
  const test = async () => {
    setTesting(true);
    try {
      const line = await call<Try>("POST", `${path}/test`, {});
      const reason = [line.status, line.reason].filter(Boolean).join(" ");
      notify(line.outcome === "delivered" ? words.testGood : words.testBad(reason));
      setShown(({ log, count }) => ({ log, count: count + 1 }));
    } catch (error) {
      notifyFailure(error);
    }
    setTesting(false);
  };
  const rotate = async () => {
    setAsking(null);
    try {
      onSecret((await call<{ secret: string }>("POST", `${path}/rotate_secret`, {})).secret);
    } catch (error) {
      notifyFailure(error);
    }
  };
  const remove = () => {
    setAsking(null);
    call("DELETE", path).catch(notifyFailure).finally(onChanged);
  };
  return (
    <div class="card after">
      <div class="chrow">
        <span class="ico">
          <Icon name="swap" />
        </span>
        <div>
          <b class="trunc" title={url}>
            <bdi>{url}</bdi>
          </b>
          <p title={hook.events.join(", ")}>
            {hook.events.length ? words.types(hook.events.length) : words.everything}
          </p>
        </div>
        <Chip kind={hook.enabled ? "ok" : hook.off_reason ? "bad" : ""}>
          {hook.enabled ? words.on : words.off}
        </Chip>
        <input
          class="switch"
          type="checkbox"
          role="switch"
          aria-checked={hook.enabled}
          aria-label={words.switchLabel(url)}
          checked={hook.enabled}
          onChange={(event) => change({ enabled: event.currentTarget.checked }).catch(notifyFailure)}
        />
      </div>
      {editing ? (
        <WebhookForm name={common.save} wishes={hook} onSave={save} onCancel={() => setEditing(false)} />
      ) : (
        <div class="hookacts">
          {hook.off_reason && <Problem text={words[hook.off_reason]} />}
          {hook.enabled && hook.failing_since && (
            <p class="problem">{words.failingSince(timeOrDate(hook.failing_since, now.value))}</p>
          )}
          <button
            type="button"
            class="btn small"
            aria-label={words.editLabel(url)}
            onClick={() => setEditing(true)}
          >
            {words.edit}
          </button>
          <button
            type="button"
            class="btn small"
            aria-label={words.testLabel(url)}
            disabled={testing}
            onClick={test}
          >
            {words.test}
          </button>
          <button
            type="button"
            class="btn small"
            aria-label={words.logLabel(url)}
            aria-expanded={shown.log}
            onClick={() => setShown(({ log, count }) => ({ log: !log, count }))}
          >
            {words.log}
          </button>
          <button
            type="button"
            class="btn small"
            aria-label={words.rotateLabel(url)}
            onClick={() => setAsking("rotate")}
          >
            {words.rotate}
          </button>
          <button
            type="button"
            class="btn small"
            aria-label={words.removeLabel(url)}
            onClick={() => setAsking("remove")}
          >
            {words.remove}
          </button>
        </div>
      )}
      {shown.log && <WebhookLog key={shown.count} path={`${path}/deliveries`} url={url} />}
      {asking && (
        <Dialog
          role="alertdialog"
          title={asking === "rotate" ? words.rotateTitle : words.removeTitle}
          lead={asking === "rotate" ? words.rotateLead : words.removeLead(url)}
          onClose={() => setAsking(null)}
        >
          <div class="act">
            <button type="button" class="btn" autofocus onClick={() => setAsking(null)}>
              {asking === "rotate" ? common.cancel : words.keep}
            </button>
            <button
              type="button"
              class={asking === "rotate" ? "btn primary" : "btn danger"}
              onClick={asking === "rotate" ? rotate : remove}
            >
              {asking === "rotate" ? words.rotate : words.remove}
            </button>
          </div>
        </Dialog>
      )}
    </div>
  );
}
