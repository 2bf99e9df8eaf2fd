// One line of text of a card: words, or an address.
import { Field } from "../../settings/parts.tsx";

interface Props {
  label: string;
  help?: string;
  /** What is wrong with it; empty: nothing. */
  problem: string;
  /** Most characters. */
  max: number;
  value: string;
  isAddress?: boolean;
  onChange: (value: string) => void;
}

export function Entry({ label, help = "", problem, max, value, isAddress, onChange }: Props) {
  const kind = isAddress
    ? ({ type: "url", dir: "ltr", placeholder: "https://" } as const)
    : ({ dir: "auto" } as const);
  return (
    <Field label={label} help={help} problem={problem}>
      {(ids) => (
        <input
          {...ids}
          {...kind}
          class="in"
          maxLength={max}
          value={value}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
