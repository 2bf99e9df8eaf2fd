// Several of the same kind inside a form: a box for each, one to add, each to remove. The fields belong to the form around it.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Icon } from "../ui/Icon.tsx";

interface BoxesProps<T> {
  title: string;
  help: string;
  /** What there is at first. */
  items: readonly T[];
  /** A new one. */
  empty: T;
  /** The server takes no more. */
  most: number;
  add: string;
  remove: string;
  /** The same for those who hear it alone, counted from 1. */
  removeLabel: (number: number) => string;
  /** The fields of one, counted from 1. */
  children: (item: T, number: number) => ComponentChildren;
}

let keys = 0;

export function Boxes<T>(props: BoxesProps<T>) {
  const { title, help, items, empty, most, add, remove, removeLabel, children } = props;
  const [shown, setShown] = useState(() => items.map((item) => ({ item, key: keys++ })));
  return (
    <fieldset class="rules">
      <legend>{title}</legend>
      <p class="help">{help}</p>
      {shown.map(({ item, key }, at) => (
        <div key={key} class="rule">
          {children(item, at + 1)}
          <button
            type="button"
            class="btn small"
            aria-label={removeLabel(at + 1)}
            onClick={() => setShown(shown.filter((other) => other.key !== key))}
          >
            <Icon name="x" size="s" />
            {remove}
          </button>
        </div>
      ))}
      {shown.length < most && (
        <button
          type="button"
          class="btn small"
          onClick={() => setShown([...shown, { item: empty, key: keys++ }])}
        >
          <Icon name="plus" size="s" />
          {add}
        </button>
      )}
    </fieldset>
  );
}
