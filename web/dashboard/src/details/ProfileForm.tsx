// Corrects what is known of the customer: name, address, phone, and facts under any name.
import { useEffect, useRef, useState } from "preact/hooks";
import { details as names, profileForm as words } from "../../../shared/src/text.ts";
import { call } from "../api.ts";
import { FormButtons } from "../settings/FormButtons.tsx";
import { Field, Problem, refusal } from "../settings/parts.tsx";
import type { Details } from "../state/details.ts";
import { Icon } from "../ui/Icon.tsx";

/** The attribute that has a label of its own. */
export const PHONE = "phone";
const MOST = 20;

interface Props {
  contact: Details["contact"];
  onSaved: () => void;
  onCancel: () => void;
}

type Fact = readonly [name: string, value: string];

export function ProfileForm({ contact, onSaved, onCancel }: Props) {
  const [problem, setProblem] = useState("");
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const known = contact.attributes;
  const [facts, setFacts] = useState<readonly Fact[]>(() =>
    Object.entries(known).filter(([name]) => name !== PHONE),
  );
  const change = (at: number, fact: Fact) => setFacts(facts.map((old, index) => (index === at ? fact : old)));
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    // What was there and is not any more is sent empty, which removes it.
    const gone = Object.fromEntries(Object.keys(known).map((name) => [name, ""]));
    const kept = Object.fromEntries(facts.map(([name, value]) => [name.trim(), value.trim()]));
    delete kept[""];
    const attributes: Record<string, string> = { ...gone, ...kept, [PHONE]: text(PHONE) };
    if (!attributes[PHONE] && !(PHONE in known)) delete attributes[PHONE];
    const name = text("name");
    const body = {
      ...(name !== (contact.name ?? "") ? { name } : {}),
      ...(text("email") !== (contact.email ?? "") ? { email: text("email") } : {}),
      attributes,
    };
    try {
      await call("PATCH", `/contacts/${contact.id}`, body);
      onSaved();
    } catch (error) {
      setProblem(refusal(error));
    }
  };
  return (
    <form class="form profile" onSubmit={submit}>
      <Problem text={problem} />
      <Field label={names.name}>
        {(ids) => (
          <input
            {...ids}
            class="in sm"
            name="name"
            required
            maxLength={200}
            autocomplete="off"
            ref={first}
            defaultValue={contact.name ?? ""}
          />
        )}
      </Field>
      <Field label={names.email}>
        {(ids) => (
          <input
            {...ids}
            class="in sm"
            name="email"
            type="email"
            maxLength={200}
            autocomplete="off"
            defaultValue={contact.email ?? ""}
          />
        )}
      </Field>
      <Field label={words.phone}>
        {(ids) => (
          <input
            {...ids}
            class="in sm"
            name={PHONE}
            type="tel"
            maxLength={200}
            autocomplete="off"
            defaultValue={known[PHONE] ?? ""}
          />
        )}
      </Field>
      <fieldset class="facts">
        <legend>{words.more}</legend>
        {facts.map(([name, value], at) => (
          <div key={at} class="fact">
            <input
              class="in sm"
              aria-label={words.factName}
              placeholder={words.factName}
              maxLength={40}
              value={name}
              onInput={(event) => change(at, [event.currentTarget.value, value])}
            />
            <input
              class="in sm"
              aria-label={words.factValue}
              placeholder={words.factValue}
              maxLength={200}
              value={value}
              onInput={(event) => change(at, [name, event.currentTarget.value])}
            />
            <button
              type="button"
              class="icon sm"
              aria-label={words.removeFact(name)}
              onClick={() => setFacts(facts.filter((_, index) => index !== at))}
            >
              <Icon name="x" size="s" />
            </button>
          </div>
        ))}
        {facts.length < MOST && (
          <button type="button" class="btn small" onClick={() => setFacts([...facts, ["", ""]])}>
            <Icon name="plus" size="s" />
            {words.addFact}
          </button>
        )}
      </fieldset>
      <FormButtons onCancel={onCancel} />
    </form>
  );
}
