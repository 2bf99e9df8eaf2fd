// The tags of the open chat: put on by choosing or typing, taken off by their cross.
import { useRef, useState } from "preact/hooks";
import type { Row } from "../../../shared/src/protocol.gen.ts";
import { tagWords as words } from "../../../shared/src/text.ts";
import { online } from "../state/connection.ts";
import { scopeOf } from "../state/scopes.ts";
import { loadTags, putTag, tagFrom, tagsOf, takeTag } from "../state/tags.ts";
import { Icon } from "../ui/Icon.tsx";

export function Tags({ row }: { row: Row }) {
  const [adding, setAdding] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const home = scopeOf(row)?.id ?? "";
  const close = () => {
    setAdding(false);
    requestAnimationFrame(() => opener.current?.focus());
  };
  const add = (typed: string) => {
    const tag = tagFrom(typed);
    if (tag && !row.tags.includes(tag)) putTag(row.id, tag);
    close();
  };
  return (
    <section class="sect">
      <h3>{words.title}</h3>
      <div class="tags">
        {row.tags.map((tag) => (
          <span key={tag} class="chip tag">
            <bdi>{tag}</bdi>
            <button
              type="button"
              aria-label={words.take(tag)}
              title={words.take(tag)}
              disabled={!online.value}
              onClick={() => takeTag(row.id, tag)}
            >
              <Icon name="x" size="s" />
            </button>
          </span>
        ))}
        {adding ? (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              add(String(new FormData(event.currentTarget as HTMLFormElement).get("tag") ?? ""));
            }}
          >
            <input
              class="in taginput"
              name="tag"
              list="tag-list"
              maxLength={40}
              autocomplete="off"
              autofocus
              ref={(input) => input?.focus()}
              aria-label={words.add}
              onKeyDown={(event) => {
                if (event.key !== "Escape") return;
                event.stopPropagation();
                close();
              }}
            />
            <datalist id="tag-list">
              {tagsOf(home)
                .filter((tag) => !row.tags.includes(tag))
                .map((tag) => (
                  <option key={tag} value={tag} />
                ))}
            </datalist>
          </form>
        ) : (
          <button
            ref={opener}
            type="button"
            class="addtag"
            disabled={!online.value}
            onClick={() => {
              // Without suggestions any tag can be typed.
              loadTags(home).catch(() => {});
              setAdding(true);
            }}
          >
            {words.add}
          </button>
        )}
      </div>
    </section>
  );
}
