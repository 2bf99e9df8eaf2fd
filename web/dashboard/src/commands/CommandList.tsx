// The command list (Ctrl or Cmd+K): everything that can be done now, and the chats that are open, by typing a part of its name.
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { commandWords as words } from "../../../shared/src/text/commands.ts";
import { composer } from "../../../shared/src/text.ts";
import { customerName } from "../chat/who.ts";
import { hasMoved } from "../pointer.ts";
import { commandsShown } from "../state/keys.ts";
import { allSections } from "../state/rows.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { type Command, commandsNow } from "./commands.ts";
import { fitting } from "./fitting.ts";
import { show } from "./moves.ts";

/** More is narrowed down by typing on. */
const CHATS_SHOWN = 8;

export function CommandList() {
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const commands = useMemo(commandsNow, []);
  const found = [...fitting(commands, query), ...(query.trim() ? chats(query) : [])];
  useLayoutEffect(() => {
    box.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [active, query]);

  const close = () => {
    commandsShown.value = false;
  };
  const take = (command: Command | undefined) => {
    if (!command) return;
    close();
    // After the dialog has given the focus back.
    requestAnimationFrame(command.run);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && found.length) setActive((active + by + found.length) % found.length);
    else if (event.key === "Enter") take(found[active]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title={words.title} wide onClose={close} onKeyDown={onKeyDown}>
      <input
        class="in"
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls="commands"
        aria-activedescendant={found.length ? `command-${active}` : undefined}
        aria-label={words.find}
        placeholder={words.find}
        autocomplete="off"
        maxLength={100}
        value={query}
        onInput={(event) => {
          setQuery(event.currentTarget.value);
          setActive(0);
        }}
      />
      <div ref={box} class="commands" role="listbox" id="commands" aria-label={words.title}>
        {found.map((command, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the text box has the focus and handles the keys
          // biome-ignore lint/a11y/useFocusableInteractive: the text box points at it
          <div
            key={command.id}
            id={`command-${index}`}
            class="opt"
            role="option"
            aria-selected={index === active}
            onPointerMove={(event) => hasMoved(event) && setActive(index)}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => take(command)}
          >
            <span class="grow trunc" dir="auto">
              {command.title}
            </span>
            {command.key && <kbd>{nameOf(command.key)}</kbd>}
          </div>
        ))}
      </div>
      {found.length === 0 && <p class="lead">{words.none}</p>}
      <span class="sr" role="status">
        {composer.suggestions(found.length)}
      </span>
    </Dialog>
  );
}

function nameOf(key: string): string {
  const upper = key.toUpperCase();
  return key === upper && key !== key.toLowerCase() ? `Shift ${key}` : upper;
}

function chats(query: string): Command[] {
  const rows = Object.values(allSections.value).flat();
  const named = rows.map((row) => ({
    id: row.id,
    title: words.chatWith(customerName(row)),
    run: () => show(row.id),
  }));
  return fitting(named, query).slice(0, CHATS_SHOWN);
}
