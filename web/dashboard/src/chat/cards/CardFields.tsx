// The fields of one card.
import { cardForm as words } from "../../../../shared/src/text/cardForm.ts";
import { Field } from "../../settings/parts.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { BUTTONS, blankButton, type Entered, type EnteredButton, LIMITS } from "./draft.ts";
import { Entry } from "./Entry.tsx";
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
      <Entry
        label={words.name}
        problem={problem("title")}
        max={LIMITS.title}
        value={title}
        onChange={(title) => onChange({ title })}
      />
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
        <Entry
          label={words.label}
          problem={problem("label")}
          max={LIMITS.label}
          value={label}
          onChange={(label) => onChange({ label })}
        />
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
        <Entry
          label={words.said}
          help={words.saidHelp}
          problem={problem("said")}
          max={LIMITS.said}
          value={said}
          onChange={(said) => onChange({ said })}
        />
      ) : (
        <Entry
          label={words.page}
          problem={problem("url")}
          isAddress
          max={LIMITS.url}
          value={url}
          onChange={(url) => onChange({ url })}
        />
      )}
      <button type="button" class="btn small" onClick={onRemove}>
        <Icon name="x" size="s" />
        {words.removeButton(number)}
      </button>
    </fieldset>
  );
}
