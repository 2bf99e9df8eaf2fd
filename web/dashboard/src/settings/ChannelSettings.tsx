// Websites that carry the widget: who may embed it, how it looks, when the human button shows.
import { useState } from "preact/hooks";
import { channelSettings as words } from "../../../shared/src/text/people.ts";
import { settings as shared } from "../../../shared/src/text.ts";
import { call } from "../api.ts";
import { notifyFailure } from "../state/notices.ts";
import { renewScope, scope } from "../state/scopes.ts";
import { Chip } from "../ui/Avatar.tsx";
import { channelIcon, Icon } from "../ui/Icon.tsx";
import { FormButtons } from "./FormButtons.tsx";
import { LanguageOptions } from "./LanguageOptions.tsx";
import { type MessagingChannel, MessagingChannels } from "./MessagingChannels.tsx";
import { ProactiveRules, type Rule, rulesOf } from "./ProactiveRules.tsx";
import { CopyButton, Field, LoadProblem, linesOf, Once, Problem, refusal, useLoaded } from "./parts.tsx";
import { type Question, Questions } from "./Questions.tsx";
import { WidgetPreview } from "./WidgetPreview.tsx";

interface Look {
  title: string;
  colour: string;
  language: string;
  allowed_origins: string[];
  human_after: number;
  proactive: Rule[];
  pre_chat: Question[];
  offline_form: boolean;
  offline_lead: string;
}

interface Channel {
  id: string;
  kind: string;
  name: string;
  public_key: string;
  settings: Look;
  enabled: boolean;
  identity_secret?: string;
}

const fresh: Look = {
  title: "",
  colour: "#1f6b4a",
  language: "auto",
  allowed_origins: [],
  human_after: 3,
  proactive: [],
  pre_chat: [],
  offline_form: true,
  offline_lead: "",
};

export function ChannelSettings({ scopeId }: { scopeId: string }) {
  const { value, problem, reload } = useLoaded<{ items: (Channel & MessagingChannel)[] }>(
    `/scopes/${scopeId}/channels?limit=200`,
  );
  const [editing, setEditing] = useState<string | null>(null);
  const [secret, setSecret] = useState("");
  if (problem) return <LoadProblem problem={problem} reload={reload} />;
  if (!value) return null;

  const websites = value.items.filter((channel) => channel.kind === "widget");
  const changed = () => {
    reload();
    renewScope(scopeId).catch(notifyFailure);
  };
  const saved = (channel: Channel) => {
    setSecret(channel.identity_secret ?? "");
    setEditing(null);
    changed();
  };
  const turn = (channel: Channel, enabled: boolean) =>
    call("PATCH", `/scopes/${scopeId}/channels/${channel.id}`, { enabled }).then(changed, notifyFailure);

  return (
    <>
      <div class="phead">
        <h2 class="t grow">{shared.channels}</h2>
        <button type="button" class="btn primary" onClick={() => setEditing("new")}>
          <Icon name="plus" size="m" />
          {words.add}
        </button>
      </div>
      <p class="lead">{words.lead(scope.value?.name ?? "")}</p>
      {secret && <Once label={words.secret} value={secret} />}
      {editing === "new" && (
        <div class="card">
          <ChannelForm scopeId={scopeId} onSaved={saved} onCancel={() => setEditing(null)} />
        </div>
      )}
      {websites.length === 0 && editing !== "new" && <p>{words.none}</p>}
      {websites.map((channel) => (
        <div key={channel.id} class="card after">
          <div class="chrow">
            <span class="ico">
              <Icon name={channelIcon(channel.kind)} />
            </span>
            <div>
              <b>{channel.name}</b>
              <p class="trunc">{sites(channel.settings.allowed_origins)}</p>
            </div>
            <Chip kind={channel.enabled ? "ok" : ""}>{channel.enabled ? words.on : words.off}</Chip>
            <button
              type="button"
              class="btn small"
              aria-label={words.editLabel(channel.name)}
              onClick={() => setEditing(editing === channel.id ? null : channel.id)}
            >
              {words.edit}
            </button>
            <input
              class="switch"
              type="checkbox"
              role="switch"
              aria-checked={channel.enabled}
              aria-label={words.switchLabel(channel.name)}
              checked={channel.enabled}
              onChange={(event) => turn(channel, event.currentTarget.checked)}
            />
          </div>
          {editing === channel.id && (
            <ChannelForm
              scopeId={scopeId}
              channel={channel}
              onSaved={saved}
              onCancel={() => setEditing(null)}
            />
          )}
          <div class="embed">
            <h3>{words.embed}</h3>
            <p class="lead">{words.embedLead}</p>
            <Snippet code={snippet(channel.public_key)} />
          </div>
        </div>
      ))}
      <MessagingChannels
        scopeId={scopeId}
        items={value.items.filter((channel) => channel.kind !== "widget")}
        onChanged={changed}
      />
    </>
  );
}

function Snippet({ code }: { code: string }) {
  return (
    <div class="snip">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>{code}</pre>
      <CopyButton text={code} />
    </div>
  );
}

function snippet(key: string): string {
  return `<script async src="${location.origin}/widget.js"\n        data-channel="${key}"></script>`;
}

function sites(origins: readonly string[]): string {
  const first = origins[0];
  if (!first) return words.noOrigins;
  return origins.includes("*") ? words.anySite : words.sites(first, origins.length - 1);
}

interface FormProps {
  scopeId: string;
  channel?: Channel;
  onSaved: (channel: Channel) => void;
  onCancel: () => void;
}

function ChannelForm({ scopeId, channel, onSaved, onCancel }: FormProps) {
  const [problem, setProblem] = useState("");
  const look = channel?.settings ?? fresh;
  const [shown, setShown] = useState({ title: look.title, colour: look.colour });
  const [questions, setQuestions] = useState(look.pre_chat);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string) => String(form.get(name) ?? "");
    const body = {
      name: text("name").trim(),
      settings: {
        title: text("title").trim(),
        colour: text("colour"),
        language: text("language"),
        allowed_origins: linesOf(text("origins")),
        human_after: Number(text("human_after")),
        proactive: rulesOf(form),
        pre_chat: questions,
        offline_form: form.has("offline_form"),
        offline_lead: text("offline_lead").trim(),
      },
    };
    try {
      onSaved(
        channel
          ? await call<Channel>("PATCH", `/scopes/${scopeId}/channels/${channel.id}`, body)
          : await call<Channel>("POST", `/scopes/${scopeId}/channels`, body),
      );
    } catch (error) {
      setProblem(refusal(error));
    }
  };
  return (
    <form class="form" onSubmit={submit}>
      <Problem text={problem} />
      <Field label={words.name} help={words.nameHelp}>
        {(ids) => (
          <input {...ids} class="in" name="name" required maxLength={80} defaultValue={channel?.name ?? ""} />
        )}
      </Field>
      <Field label={words.heading} help={words.headingHelp}>
        {(ids) => (
          <input
            {...ids}
            class="in"
            name="title"
            maxLength={80}
            defaultValue={look.title}
            onInput={(event) => setShown({ ...shown, title: event.currentTarget.value })}
          />
        )}
      </Field>
      <Field label={words.origins} help={words.originsHelp}>
        {(ids) => (
          <textarea
            {...ids}
            class="in"
            name="origins"
            rows={3}
            defaultValue={look.allowed_origins.join("\n")}
          />
        )}
      </Field>
      <div class="row2">
        <Field label={words.colour}>
          {(ids) => (
            <input
              {...ids}
              class="in"
              name="colour"
              type="color"
              defaultValue={look.colour}
              onInput={(event) => setShown({ ...shown, colour: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field label={words.humanAfter} help={words.humanAfterHelp}>
          {(ids) => (
            <input
              {...ids}
              class="in"
              name="human_after"
              type="number"
              min={0}
              required
              defaultValue={look.human_after}
            />
          )}
        </Field>
      </div>
      <Field label={words.language}>
        {(ids) => (
          <select {...ids} class="in" name="language" defaultValue={look.language}>
            <option value="auto">{words.languageAuto}</option>
            <LanguageOptions />
          </select>
        )}
      </Field>
      <ProactiveRules rules={look.proactive} />
      <Questions questions={questions} onChange={setQuestions} />
      <label class="check">
        <input type="checkbox" name="offline_form" defaultChecked={look.offline_form} />
        {words.offlineForm}
      </label>
      <Field label={words.offlineLead} help={words.offlineLeadHelp}>
        {(ids) => (
          <textarea
            {...ids}
            class="in"
            name="offline_lead"
            maxLength={300}
            rows={2}
            defaultValue={look.offline_lead}
          />
        )}
      </Field>
      <WidgetPreview title={shown.title || (scope.value?.name ?? "")} colour={shown.colour} />
      <FormButtons onCancel={onCancel} />
    </form>
  );
}
