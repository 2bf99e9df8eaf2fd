// The fields of one card.
import { cardForm as words } from "../../../../shared/src/text/cardForm.ts";
import { Field } from "../../settings/parts.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { BUTTONS, blankButton, type Entered, type EnteredButton, LIMITS } from "./draft.ts";
import { PictureFields } from "./PictureFields.tsx";

interface Props {
  conversation: string;
  form: Entered;
  onChange: (changes: Partial<Entered>) => void;
  /** What is wrong with a field, for people; empty: nothing. */
  problem: (field: string) => string;
}

export function CardFields({ conversation, form, onChange, problem }: Props) {
  const { title, text, buttons } = form;
  const change = (at: number, changes: Partial<EnteredButton>) =>
    onChange({
      buttons: buttons.map((button, other) => (other === at ? { ...button, ...changes } : button)),
    });
  return (
    <div class="entries">
      <Field label={words.name} problem={problem("title")}>
        {(ids) => (
          <input
            {...ids}
            class="in"
            dir="auto"
            maxLength={LIMITS.title}
            value={title}
            onInput={(event) => onChange({ title: event.currentTarget.value })}
          />
        )}
      </Field>
      <Field label={words.text} problem={problem("text")}>
        {(ids) => (
          <textarea
            {...ids}
            class="in"
            dir="auto"
            rows={2}
            maxLength={LIMITS.text}
            value={text}
            onInput={(event) => onChange({ text: event.currentTarget.value })}
          />
        )}
      </Field>
      <PictureFields conversation={conversation} form={form} onChange={onChange} problem={problem} />
      {buttons.map((button, at) => (
        <ButtonFields
          key={`${at}`}
          number={at + 1}
          button={button}
          onChange={(changes) => change(at, changes)}
          onRemove={() => onChange({ buttons: buttons.filter((_, other) => other !== at) })}
          problem={(field) => problem(`buttons.${at}.${field}`)}
        />
      ))}
      {buttons.length < BUTTONS && (
        <button
          type="button"
          class="btn small"
          onClick={() => onChange({ buttons: [...buttons, blankButton] })}
        >
          <Icon name="plus" size="s" />
          {words.addButton}
        </button>
      )}
    </div>
  );
}

interface ButtonProps {
  /** Counted from 1. */
  number: number;
  button: EnteredButton;
  onChange: (changes: Partial<EnteredButton>) => void;
  onRemove: () => void;
  problem: (field: string) => string;
}

function ButtonFields({ number, button, onChange, onRemove, problem }: ButtonProps) {
  const { kind, label, said, url } = button;
  return (
    <fieldset class="cardbutton">
      <legend>{words.button(number)}</legend>
      <div class="pair">
        <Field label={words.label} problem={problem("label")}>
          {(ids) => (
            <input
              {...ids}
              class="in"
              dir="auto"
              maxLength={LIMITS.label}
              value={label}
              onInput={(event) => onChange({ label: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field label={words.kind}>
          {(ids) => (
            <select
              {...ids}
              class="in"
              value={kind}
              onChange={(event) => onChange({ kind: event.currentTarget.value as EnteredButton["kind"] })}
            >
              <option value="reply">{words.says}</option>
              <option value="link">{words.opens}</option>
            </select>
          )}
        </Field>
      </div>
      {kind === "reply" ? (
        <Field label={words.said} help={words.saidHelp} problem={problem("said")}>
          {(ids) => (
            <input
              {...ids}
              class="in"
              dir="auto"
              maxLength={LIMITS.said}
              value={said}
              onInput={(event) => onChange({ said: event.currentTarget.value })}
            />
          )}
        </Field>
      ) : (
        <Field label={words.page} problem={problem("url")}>
          {(ids) => (
            <input
              {...ids}
              class="in"
              type="url"
              dir="ltr"
              placeholder="https://"
              maxLength={LIMITS.url}
              value={url}
              onInput={(event) => onChange({ url: event.currentTarget.value })}
            />
          )}
        </Field>
      )}
      <button type="button" class="btn small" onClick={onRemove}>
        <Icon name="x" size="s" />
        {words.removeButton(number)}
      </button>
    </fieldset>
  );
}
