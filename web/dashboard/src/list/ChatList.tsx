// The second column: the head, the search and the chats in their sections.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { frame, list } from "../../../shared/src/text.ts";
import { ScopeMenu } from "../frame/ScopeMenu.tsx";
import { ViewTabs } from "../frame/ViewTabs.tsx";
import { searchEnded, view } from "../state/ended.ts";
import { searchOpen } from "../state/found.ts";
import { counts, search } from "../state/rows.ts";
import { channelFilter, scope } from "../state/scopes.ts";
import { channelIcon, Icon } from "../ui/Icon.tsx";
import { ActiveGroups } from "./ActiveGroups.tsx";
import { EndedGroups } from "./EndedGroups.tsx";
import { moveFocus } from "./focus.ts";
import { ListTools } from "./ListTools.tsx";
import { viewport } from "./viewport.ts";

export function ChatList() {
  const active = view.value === "active";
  return (
    <section class="list" aria-label={list.chats}>
      <div class="lhead">
        <ScopeMenu place="list" />
        <h2 class="grow">{active ? list.activeChats : list.terminatedChats}</h2>
        <ListTools />
      </div>
      <ViewTabs place="list" />
      <ChannelChips />
      <div class="search">
        <Icon name="search" size="m" />
        <input
          type="search"
          id="search"
          aria-label={active ? list.search : list.searchEnded}
          placeholder={active ? list.search : list.searchEnded}
          value={search.value}
          onInput={(event) => {
            search.value = event.currentTarget.value;
            if (active) searchOpen(search.value);
            else searchEnded();
          }}
        />
        <kbd>/</kbd>
      </div>
      <Scroller key={view.value}>{active ? <ActiveGroups /> : <EndedGroups />}</Scroller>
    </section>
  );
}

function Scroller({ children }: { children: preact.ComponentChildren }) {
  const box = useRef<HTMLDivElement>(null);
  const [, setReady] = useState(false);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => {
      viewport.value = { top: element.scrollTop, height: element.clientHeight };
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    setReady(true);
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, []);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a region inside a section; another section element would need a heading
    <div
      ref={box}
      class="rows"
      role="region"
      aria-label={list.sections}
      onKeyDown={(event) => moveFocus(event, event.currentTarget)}
    >
      {children}
    </div>
  );
}

function ChannelChips() {
  const channels = scope.value?.channels ?? [];
  const active = view.value === "active";
  if (channels.length < 2) return null;
  const all = [{ id: null, kind: "", name: frame.all }, ...channels];
  return (
    <div class="mfil only-m">
      {all.map((channel) => {
        const current = channelFilter.value === channel.id;
        return (
          <button
            key={channel.id ?? ""}
            type="button"
            class={current ? "chip acc" : "chip line"}
            aria-pressed={current}
            onClick={() => {
              channelFilter.value = channel.id;
            }}
          >
            {channel.id && <Icon name={channelIcon(channel.kind)} size="s" />}
            {channel.name} {active && <span>{counts.value[channel.id ?? ""] ?? 0}</span>}
          </button>
        );
      })}
    </div>
  );
}
