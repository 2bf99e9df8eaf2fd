// The messages that a platform has approved: one box for each, inside the form of a channel.
import { useState } from "preact/hooks";
import { channelPage as words } from "../../../shared/src/text/channels.ts";
import type { Template } from "../state/templates.ts";
import { Icon } from "../ui/Icon.tsx";
import { Field } from "./parts.tsx";

/** The server takes no more. */
const MOST = 50;

let keys = 0;

/** Its fields belong to the form around it; `templatesOf` reads them. */
export function TemplateList({ templates }: { templates: readonly Template[] }) {
  const [shown, setShown] = useState(() => templates.map((template) => ({ ...template, key: keys++ })));
  return (
    <fieldset class="rules">
      <legend>{words.templates}</legend>
      <p class="help">{words.templatesHelp}</p>
      {shown.map(({ name, language, body, key }, at) => (
        <div key={key} class="rule">
          <div class="row2">
            <Field label={words.templateName(at + 1)}>
              {(ids) => (
                <input
                  {...ids}
                  class="in"
                  name="template_name"
                  required
                  maxLength={512}
                  dir="ltr"
                  autocomplete="off"
                  defaultValue={name}
                />
              )}
            </Field>
            <Field label={words.templateLanguage(at + 1)}>
              {(ids) => (
                <input
                  {...ids}
                  class="in"
                  name="template_language"
                  required
                  maxLength={20}
                  dir="ltr"
                  autocomplete="off"
                  placeholder="en_US"
                  defaultValue={language}
                />
              )}
            </Field>
          </div>
          <Field label={words.templateBody(at + 1)} help={words.templateBodyHelp}>
            {(ids) => (
              <textarea
                {...ids}
                class="in"
                name="template_body"
                required
                maxLength={1024}
                dir="auto"
                defaultValue={body}
              />
            )}
          </Field>
          <button
            type="button"
            class="btn small"
            aria-label={words.removeTemplate(at + 1)}
            onClick={() => setShown(shown.filter((other) => other.key !== key))}
          >
            <Icon name="x" size="s" />
            {words.remove}
          </button>
        </div>
      ))}
      {shown.length < MOST && (
        <button
          type="button"
          class="btn small"
          onClick={() => setShown([...shown, { name: "", language: "", body: "", key: keys++ }])}
        >
          <Icon name="plus" size="s" />
          {words.addTemplate}
        </button>
      )}
    </fieldset>
  );
}

/** The templates as the form has them. */
export function templatesOf(form: FormData): Template[] {
  const all = (name: string) => form.getAll(name).map((value) => String(value).trim());
  const [languages, bodies] = [all("template_language"), all("template_body")];
  return all("template_name").map((name, at) => ({
    name,
    language: languages[at] ?? "",
    body: bodies[at] ?? "",
  }));
}
