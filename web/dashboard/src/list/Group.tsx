// One section of the list: a head that sticks, folds and counts, and its rows.
import type { Row } from "../../../shared/src/protocol.gen.ts";
import { openChat } from "../state/chat.ts";
import { unreadEntries } from "../state/seen.ts";
import { Icon } from "../ui/Icon.tsx";
import { ChatRow } from "./ChatRow.tsx";
import { folded, toggleFold } from "./folds.ts";
import { rowHeight, slice, viewport } from "./viewport.ts";

interface Props {
  name: string;
  title: string;
  rows: readonly Row[];
  /** Shown when there are no rows. */
  nothing?: string;
  hint?: string;
  /** Where the section's rows start, in pixels from the top of the list. */
  offset: number;
  /** The row that the Tab key reaches. */
  stop: string | null;
}

export function Group({ name, title, rows, nothing, hint, offset, stop }: Props) {
  const shut = folded.value.has(name);
  const height = rowHeight();
  const { from, to } = slice(rows.length, offset, viewport.value, height);
  return (
    <section>
      <h3>
        <button
          type="button"
          class="sech"
          aria-expanded={!shut}
          tabIndex={stop === null && name === "unassigned" ? 0 : -1}
          data-section={name}
          onClick={() => toggleFold(name)}
        >
          <Icon name="chev" size="s" class="chev" />
          {title} <span class="cnt">{rows.length}</span>
          {hint && rows.length > 0 && <span class="x">{hint}</span>}
        </button>
      </h3>
      {!shut && rows.length === 0 && nothing && <p class="none">{nothing}</p>}
      {!shut && rows.length > 0 && (
        <ul style={{ paddingTop: `${from * height}px`, paddingBottom: `${(rows.length - to) * height}px` }}>
          {rows.slice(from, to).map((row) => (
            <ChatRow
              key={row.id}
              row={row}
              section={name}
              current={openChat.value?.id === row.id}
              unread={unreadEntries(row)}
              stop={stop === row.id}
            />
          ))}
        </ul>
      )}
    </section>
  );
}
