// The messages that a platform has approved: one box for each, inside the form of a channel.
import { channelPage as words } from "../../../shared/src/text/channels.ts";
import type { Template } from "../state/templates.ts";
import { Boxes } from "./Boxes.tsx";
import { Field } from "./parts.tsx";

/** The server takes no more. */
const MOST = 50;

/** Its fields belong to the form around it; `templatesOf` reads them. */
export function TemplateList({ templates }: { templates: readonly Template[] }) {
  return (
    <Boxes
      title={words.templates}
      help={words.templatesHelp}
      items={templates}
      empty={{ name: "", language: "", body: "" }}
      most={MOST}
      add={words.addTemplate}
      remove={words.remove}
      removeLabel={words.removeTemplate}
    >
      {({ name, language, body }, number) => (
        <>
          <div class="row2">
            <Field label={words.templateName(number)}>
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
            <Field label={words.templateLanguage(number)}>
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
          <Field label={words.templateBody(number)} help={words.templateBodyHelp}>
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
        </>
      )}
    </Boxes>
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
