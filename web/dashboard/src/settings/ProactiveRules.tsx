// What a widget says by itself: one box for each rule, inside the form of a channel.
import { channelSettings as words } from "../../../shared/src/text/people.ts";
import { Boxes } from "./Boxes.tsx";
import { Field } from "./parts.tsx";

export interface Rule {
  text: string;
  after_seconds: number;
  url: string;
}

/** The server takes no more. */
const MOST = 10;

/** Its fields belong to the form around it; `rulesOf` reads them. */
export function ProactiveRules({ rules }: { rules: readonly Rule[] }) {
  return (
    <Boxes
      title={words.proactive}
      help={words.proactiveHelp}
      items={rules}
      empty={{ text: "", after_seconds: 20, url: "" }}
      most={MOST}
      add={words.addRule}
      remove={words.remove}
      removeLabel={words.removeRule}
    >
      {(rule, number) => (
        <>
          <Field label={words.ruleText(number)}>
            {(ids) => (
              <input {...ids} class="in" name="rule_text" required maxLength={300} defaultValue={rule.text} />
            )}
          </Field>
          <div class="row2">
            <Field label={words.ruleSeconds}>
              {(ids) => (
                <input
                  {...ids}
                  class="in"
                  name="rule_seconds"
                  type="number"
                  min={0}
                  max={3600}
                  required
                  defaultValue={rule.after_seconds}
                />
              )}
            </Field>
            <Field label={words.ruleUrl} help={words.ruleUrlHelp}>
              {(ids) => (
                <input
                  {...ids}
                  class="in"
                  name="rule_url"
                  maxLength={300}
                  dir="ltr"
                  defaultValue={rule.url}
                />
              )}
            </Field>
          </div>
        </>
      )}
    </Boxes>
  );
}

/** The rules as the form has them. */
export function rulesOf(form: FormData): Rule[] {
  const all = (name: string) => form.getAll(name).map((value) => String(value).trim());
  const [seconds, urls] = [all("rule_seconds"), all("rule_url")];
  return all("rule_text").map((text, at) => ({
    text,
    after_seconds: Number(seconds[at]),
    url: urls[at] ?? "",
  }));
}
