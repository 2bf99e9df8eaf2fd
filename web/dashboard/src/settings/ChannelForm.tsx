// What can be changed of a messaging channel: what its platform asked for, and how it behaves.
import { useState } from "preact/hooks";
import { channelPage as words } from "../../../shared/src/text/channels.ts";
import { messagingSettings } from "../../../shared/src/text/messaging.ts";
import { call } from "../api.ts";
import { notify } from "../state/notices.ts";
import type { Template } from "../state/templates.ts";
import { FormButtons } from "./FormButtons.tsx";
import type { MessagingChannel } from "./MessagingChannels.tsx";
import { Field, linesOf, Problem, refusal } from "./parts.tsx";
import { type PlatformForm, platformForms } from "./platforms.ts";
import { TemplateList, templatesOf } from "./TemplateList.tsx";

export interface ChannelSettings {
  platform: Record<string, string>;
  human_words: string[];
  end_words: string[];
  rating_question: string;
  templates: Template[];
}

interface Props {
  path: string;
  channel: MessagingChannel;
  onSaved: () => void;
  onCancel: () => void;
}

type Switch = keyof typeof words.switches;

/** What the platform is to be told: what the form does not show stays, and an empty field that may be empty is left out. */
function platformOf(form: FormData, shape: PlatformForm, before: Record<string, string>) {
  const platform = { ...before };
  const put = (name: string, value: string) => {
    if (value) platform[name] = value;
    else delete platform[name];
  };
  for (const { place, name } of shape.asked)
    if (place === "settings") put(name, String(form.get(`asked-${name}`) ?? "").trim());
  for (const { name } of shape.switches ?? []) platform[name] = form.has(`switch-${name}`) ? "on" : "off";
  if (shape.pace) put(shape.pace, String(form.get("pace") ?? "").trim());
  return platform;
}

function changesOf(form: FormData, shape: PlatformForm, before: ChannelSettings) {
  const secrets = shape.asked
    .filter(({ place }) => place === "secrets")
    .map(({ name }) => [name, String(form.get(`asked-${name}`) ?? "").trim()] as const)
    .filter(([, value]) => value);
  return {
    name: String(form.get("name") ?? "").trim(),
    settings: {
      platform: platformOf(form, shape, before.platform),
      human_words: linesOf(String(form.get("human_words") ?? "")),
      end_words: linesOf(String(form.get("end_words") ?? "")),
      rating_question: String(form.get("rating_question") ?? "").trim(),
      ...(shape.templates && { templates: templatesOf(form) }),
    },
    secrets: Object.fromEntries(secrets),
  };
}

export function ChannelForm({ path, channel, onSaved, onCancel }: Props) {
  const [problem, setProblem] = useState("");
  const shape = platformForms()[channel.kind];
  if (!shape) return null;
  const { platform, human_words, end_words, rating_question, templates } = channel.settings;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    call("PATCH", path, changesOf(form, shape, channel.settings)).then(
      () => {
        notify(words.saved);
        onSaved();
      },
      (error) => setProblem(refusal(error)),
    );
  };
  return (
    <form class="form" onSubmit={submit} onInput={() => setProblem("")}>
      <Field label={messagingSettings.name}>
        {(ids) => (
          <input {...ids} class="in" name="name" required maxLength={80} defaultValue={channel.name} />
        )}
      </Field>
      {shape.asked.map(({ place, name, label, help, most, optional }) => (
        <Field key={name} label={label} help={place === "secrets" ? words.kept : help}>
          {(ids) => (
            <input
              {...ids}
              class="in"
              name={`asked-${name}`}
              type="text"
              required={place === "settings" && !optional}
              maxLength={most}
              autocomplete="off"
              defaultValue={place === "settings" ? (platform[name] ?? "") : ""}
            />
          )}
        </Field>
      ))}
      {shape.switches?.map(({ name, on }) => (
        <div class="field" key={name}>
          <label class="pick">
            <input
              type="checkbox"
              name={`switch-${name}`}
              aria-describedby={`switch-${channel.id}-${name}`}
              defaultChecked={(platform[name] ?? on) === "on"}
            />
            {words.switches[name as Switch]}
          </label>
          <span class="help" id={`switch-${channel.id}-${name}`}>
            {words.switchHelp[name as Switch]}
          </span>
        </div>
      ))}
      {shape.pace && (
        <Field label={shape.pace === "per_minute" ? words.perMinute : words.perSecond}>
          {(ids) => (
            <input
              {...ids}
              class="in"
              name="pace"
              type="number"
              min={1}
              max={1000}
              placeholder={shape.usualPace}
              defaultValue={platform[shape.pace ?? ""] ?? ""}
            />
          )}
        </Field>
      )}
      <div class="row2">
        <Field label={words.humanWords} help={words.wordsHelp}>
          {(ids) => (
            <textarea
              {...ids}
              class="in"
              name="human_words"
              dir="auto"
              defaultValue={human_words.join("\n")}
            />
          )}
        </Field>
        <Field label={words.endWords} help={words.wordsHelp}>
          {(ids) => (
            <textarea {...ids} class="in" name="end_words" dir="auto" defaultValue={end_words.join("\n")} />
          )}
        </Field>
      </div>
      <Field label={words.question} help={words.questionHelp}>
        {(ids) => (
          <textarea
            {...ids}
            class="in"
            name="rating_question"
            maxLength={500}
            dir="auto"
            defaultValue={rating_question}
          />
        )}
      </Field>
      {shape.templates && <TemplateList templates={templates} />}
      <Problem text={problem} />
      <FormButtons onCancel={onCancel} />
    </form>
  );
}
