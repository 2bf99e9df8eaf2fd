// Terminated chats by the day they ended.
import { useEffect } from "preact/hooks";
import type { Row } from "../../../shared/src/protocol.gen.ts";
import { common, list, listTools } from "../../../shared/src/text.ts";
import { dayOf } from "../../../shared/src/when.ts";
import { openChat } from "../state/chat.ts";
import { endedProblem, endedRows, loadEnded, loadMoreEnded, moreEnded } from "../state/ended.ts";
import { filter, narrowed, sort } from "../state/filters.ts";
import { serverTime } from "../state/now.ts";
import { search } from "../state/rows.ts";
import { channelFilter, scope } from "../state/scopes.ts";
import { folded } from "./folds.ts";
import { Group } from "./Group.tsx";
import { ListSkeleton } from "./ListSkeleton.tsx";
import { HEAD_HEIGHT, rowHeight } from "./viewport.ts";

const DAY = 86_400_000;

export function EndedGroups() {
  const home = scope.value?.id;
  const channel = channelFilter.value;
  useEffect(loadEnded, [home, channel, filter.value, sort.value]);
  const rows = endedRows.value;
  if (endedProblem.value) {
    return (
      <div class="none" role="alert">
        <p>
          {list.failed} {endedProblem.value}
        </p>
        <button type="button" class="btn small" onClick={loadEnded}>
          {common.tryAgain}
        </button>
      </div>
    );
  }
  if (!rows) return <ListSkeleton />;
  if (!rows.length) {
    const sought = search.value || narrowed.value;
    if (!moreEnded.value) return <p class="none">{sought ? list.noneFound : list.noneEnded}</p>;
    return (
      <div class="none">
        <p>{listTools.searchedSome}</p>
        <button type="button" class="btn small" onClick={loadMoreEnded}>
          {listTools.searchOn}
        </button>
      </div>
    );
  }
  const stop = (rows.find((row) => row.id === openChat.value?.id) ?? rows[0])?.id ?? null;
  let offset = 0;
  return (
    <>
      {byDay(rows, serverTime()).map(([name, title, group]) => {
        offset += HEAD_HEIGHT;
        const start = offset;
        if (!folded.value.has(name)) offset += group.length * rowHeight();
        return <Group key={name} name={name} title={title} rows={group} offset={start} stop={stop} />;
      })}
      {moreEnded.value && (
        <button type="button" class="btn small older" onClick={loadMoreEnded}>
          {list.showOlder}
        </button>
      )}
    </>
  );
}

function byDay(rows: readonly Row[], now: number): [name: string, title: string, rows: Row[]][] {
  const groups: [string, string, Row[]][] = [
    ["today", list.today, []],
    ["yesterday", list.yesterday, []],
    ["week", list.week, []],
    ["older", list.older, []],
  ];
  const today = dayOf(now);
  const yesterday = dayOf(now - DAY);
  for (const row of rows) {
    const ended = row.ended_at ?? row.last_at;
    const day = dayOf(ended);
    const index = day === today ? 0 : day === yesterday ? 1 : now - ended < 7 * DAY ? 2 : 3;
    groups[index]?.[2].push(row);
  }
  const filled = groups.filter(([, , group]) => group.length > 0);
  return sort.value === "oldest" ? filled.reverse() : filled;
}
