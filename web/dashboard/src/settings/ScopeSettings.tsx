// The scope itself: name, mode, time zone, what silence does, closing words, and its end.
import { useState } from "preact/hooks";
import type { Mode } from "../../../shared/src/protocol.gen.ts";
import { scopeSettings as words } from "../../../shared/src/text/settings.ts";
import { common, settings as shared } from "../../../shared/src/text.ts";
import { call } from "../api.ts";
import { notify, notifyFailure } from "../state/notices.ts";
import { renewScope, scopes, scope as shown } from "../state/scopes.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { FormButtons } from "./FormButtons.tsx";
import { KeepDialog } from "./KeepDialog.tsx";
import { Field, LoadProblem, Problem, refusal, useLoaded } from "./parts.tsx";
import { ZoneSelect } from "./zones.tsx";

interface Scope {
  name: string;
  mode: Mode;
  time_zone: string;
  settings: {
    release_after: number;
    idle_bot: number;
    idle_queued: number;
    idle_assigned: number;
    keep_for: number;
    closing_message: string;
  };
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const idles = ["idle_bot", "idle_queued", "idle_assigned"] as const;

export function ScopeSettings({ scopeId }: { scopeId: string }) {
  const { value, problem, reload } = useLoaded<Scope>(`/scopes/${scopeId}`);
  if (problem) return <LoadProblem problem={problem} reload={reload} />;
  return value && <ScopeForm scopeId={scopeId} scope={value} />;
}

function ScopeForm({ scopeId, scope }: { scopeId: string; scope: Scope }) {
  const { settings } = scope;
  const [problem, setProblem] = useState("");
  const [zone, setZone] = useState(scope.time_zone);
  const [closes, setCloses] = useState(settings.closing_message !== "");
  /** Milliseconds; as it was saved last. */
  const [keeps, setKeeps] = useState(settings.keep_for);
  /** What waits for a word that customers may go. */
  const [asked, setAsked] = useState<Scope | null>(null);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string) => String(form.get(name) ?? "");
    const minutes = (name: string) => Math.round(Number(text(name)) * MINUTE);
    const body: Scope = {
      name: text("name").trim(),
      mode: text("mode") as Mode,
      time_zone: zone,
      settings: {
        release_after: Math.round(Number(text("release_after")) * 1000),
        idle_bot: minutes("idle_bot"),
        idle_queued: minutes("idle_queued"),
        idle_assigned: minutes("idle_assigned"),
        keep_for: Math.round(Number(text("keep_for"))) * DAY,
        closing_message: closes ? text("closing_message").trim() : "",
      },
    };
    const { keep_for } = body.settings;
    if (keep_for > 0 && (keeps === 0 || keep_for < keeps)) setAsked(body);
    else save(body);
  };
  const save = async (body: Scope) => {
    setAsked(null);
    try {
      await call("PATCH", `/scopes/${scopeId}`, body);
      setProblem("");
      setKeeps(body.settings.keep_for);
      notify(common.saved);
      await renewScope(scopeId);
    } catch (error) {
      setProblem(refusal(error));
    }
  };
  return (
    <>
      <div class="phead">
        <h2 class="t grow">{shared.scope}</h2>
      </div>
      <p class="lead">{words.lead}</p>
      <div class="card">
        <form class="form" onSubmit={submit}>
          <Problem text={problem} />
          <Field label={words.name}>
            {(ids) => (
              <input {...ids} class="in" name="name" required maxLength={80} defaultValue={scope.name} />
            )}
          </Field>
          <div class="row2">
            <Field label={words.mode}>
              {(ids) => (
                <select {...ids} class="in" name="mode" defaultValue={scope.mode}>
                  <option value="development">{words.development}</option>
                  <option value="production">{words.production}</option>
                </select>
              )}
            </Field>
            <Field label={words.timeZone}>
              {({ id }) => <ZoneSelect id={id} value={zone} onChange={setZone} />}
            </Field>
          </div>
          <Field label={words.release} help={words.releaseHelp}>
            {(ids) => (
              <input
                {...ids}
                class="in"
                name="release_after"
                type="number"
                min={0}
                step="any"
                required
                defaultValue={settings.release_after / 1000}
              />
            )}
          </Field>
          {idles.map((name) => (
            <Field key={name} label={words[name]}>
              {(ids) => (
                <input
                  {...ids}
                  class="in"
                  name={name}
                  type="number"
                  min={1 / 60}
                  step="any"
                  required
                  defaultValue={settings[name] / MINUTE}
                />
              )}
            </Field>
          ))}
          <Field label={words.keep} help={words.keepHelp}>
            {(ids) => (
              <input
                {...ids}
                class="in"
                name="keep_for"
                type="number"
                min={0}
                max={3650}
                required
                defaultValue={settings.keep_for / DAY}
              />
            )}
          </Field>
          <label class="check">
            <input
              type="checkbox"
              checked={closes}
              onChange={(event) => setCloses(event.currentTarget.checked)}
            />
            {words.closing}
          </label>
          {closes && (
            <Field label={words.closingText} help={words.closingHelp}>
              {(ids) => (
                <textarea
                  {...ids}
                  class="in"
                  name="closing_message"
                  maxLength={2000}
                  required
                  defaultValue={settings.closing_message}
                />
              )}
            </Field>
          )}
          <FormButtons />
        </form>
      </div>
      {asked && (
        <KeepDialog
          days={asked.settings.keep_for / DAY}
          onConfirm={() => save(asked)}
          onClose={() => setAsked(null)}
        />
      )}
      {shown.value?.role === "owner" && scopes.value.length > 1 && (
        <DeleteScope scopeId={scopeId} name={scope.name} />
      )}
    </>
  );
}

function DeleteScope({ scopeId, name }: { scopeId: string; name: string }) {
  const [asking, setAsking] = useState(false);
  const [typed, setTyped] = useState("");
  const remove = () =>
    call("DELETE", `/scopes/${scopeId}`).then(
      // A full load forgets everything that was in memory of it.
      () => location.assign("/"),
      (error) => {
        setAsking(false);
        notifyFailure(error);
      },
    );
  return (
    <>
      <h2 class="t later">{words.remove}</h2>
      <p class="lead">{words.removeLead}</p>
      <button type="button" class="btn danger" onClick={() => setAsking(true)}>
        {words.remove}
      </button>
      {asking && (
        <Dialog
          role="alertdialog"
          title={words.removeTitle(name)}
          lead={words.removeLead}
          onClose={() => setAsking(false)}
        >
          <Field label={words.typeName(name)}>
            {(ids) => (
              <input
                {...ids}
                class="in"
                autofocus
                autocomplete="off"
                value={typed}
                onInput={(event) => setTyped(event.currentTarget.value)}
              />
            )}
          </Field>
          <div class="act">
            <button type="button" class="btn" onClick={() => setAsking(false)}>
              {common.cancel}
            </button>
            <button type="button" class="btn danger" disabled={typed !== name} onClick={remove}>
              {words.remove}
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
