// The four sections of active chats.
import { list } from "../../../shared/src/text.ts";
import { openChat } from "../state/chat.ts";
import { narrowed } from "../state/filters.ts";
import { loaded, search, sections } from "../state/rows.ts";
import { type SectionName, sectionNames } from "../state/sections.ts";
import { folded } from "./folds.ts";
import { Group } from "./Group.tsx";
import { ListSkeleton } from "./ListSkeleton.tsx";
import { HEAD_HEIGHT, rowHeight } from "./viewport.ts";

const titles: Record<SectionName, string> = {
  unassigned: list.unassigned,
  mine: list.mine,
  assigned: list.assigned,
  ai: list.ai,
};

const nothing: Record<SectionName, string> = {
  unassigned: list.noneUnassigned,
  mine: list.noneMine,
  assigned: list.noneAssigned,
  ai: list.noneAi,
};

/** The rows from top to bottom, as the arrow keys walk them. */
export function shownOrder(): string[] {
  return sectionNames
    .filter((name) => !folded.peek().has(name))
    .flatMap((name) => sections.peek()[name].map((row) => row.id));
}

export function ActiveGroups() {
  if (!loaded.value) return <ListSkeleton />;
  const shown = sections.value;
  const open = sectionNames.filter((name) => !folded.value.has(name)).flatMap((name) => shown[name]);
  const stop = (open.find((row) => row.id === openChat.value?.id) ?? open[0])?.id ?? null;
  if ((search.value || narrowed.value) && sectionNames.every((name) => shown[name].length === 0)) {
    return <p class="none">{list.noneFound}</p>;
  }
  let offset = 0;
  return (
    <>
      {sectionNames.map((name) => {
        offset += HEAD_HEIGHT;
        const start = offset;
        if (!folded.value.has(name)) offset += shown[name].length * rowHeight();
        return (
          <Group
            key={name}
            name={name}
            title={titles[name]}
            rows={shown[name]}
            nothing={nothing[name]}
            hint={name === "unassigned" ? list.longestFirst : undefined}
            offset={start}
            stop={stop}
          />
        );
      })}
    </>
  );
}
