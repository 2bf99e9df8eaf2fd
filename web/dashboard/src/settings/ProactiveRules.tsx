// What a widget says by itself: one box for each rule, inside the form of a channel.
import { useState } from "preact/hooks";
import { channelSettings as words } from "../../../shared/src/text.ts";
import { Icon } from "../ui/Icon.tsx";
import { Field } from "./parts.tsx";

export interface Rule {
  text: string;
  after_seconds: number;
  url: string;
}

/** The server takes no more. */
const MOST = 10;

let keys = 0;

/** Its fields belong to the form around it; `rulesOf` reads them. */
export function ProactiveRules({ rules }: { rules: readonly Rule[] }) {
  const [shown, setShown] = useState(() => rules.map((rule) => ({ ...rule, key: keys++ })));
  return (
    <fieldset class="rules">
      <legend>{words.proactive}</legend>
      <p class="help">{words.proactiveHelp}</p>
      {shown.map((rule, at) => (
        <div key={rule.key} class="rule">
          <Field label={words.ruleText(at + 1)}>
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
          <button
            type="button"
            class="btn small"
            aria-label={words.removeRule(at + 1)}
            onClick={() => setShown(shown.filter(({ key }) => key !== rule.key))}
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
          onClick={() => setShown([...shown, { text: "", after_seconds: 20, url: "", key: keys++ }])}
        >
          <Icon name="plus" size="s" />
          {words.addRule}
        </button>
      )}
    </fieldset>
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
