// Going somewhere: to a chat, a section, the text box.
import { noteTo } from "../chat/Dock.tsx";
import { unfold } from "../list/folds.ts";
import { go } from "../router.ts";
import { openChat } from "../state/chat.ts";
import { type DraftKind, draftKind } from "../state/drafts.ts";
import { view } from "../state/ended.ts";
import { allSections, sections } from "../state/rows.ts";
import type { SectionName } from "../state/sections.ts";
import { isUnread } from "../state/seen.ts";

/** Opens a chat and brings its row into view. */
export function show(id: string): void {
  go(`/chats/${id}`);
  requestAnimationFrame(() =>
    document.querySelector(`.row[data-id="${CSS.escape(id)}"]`)?.scrollIntoView({ block: "nearest" }),
  );
}

export function nextUnread(): void {
  const all = Object.values(allSections.peek()).flat();
  const at = all.findIndex((row) => row.id === openChat.peek()?.id);
  const next = [...all.slice(at + 1), ...all.slice(0, at + 1)].find(isUnread);
  if (next) show(next.id);
}

export function toSection(name: SectionName): void {
  if (document.querySelector("main.page")) go("/");
  view.value = "active";
  unfold(name);
  const first = sections.peek()[name][0];
  requestAnimationFrame(() => {
    const target =
      (first && document.querySelector<HTMLElement>(`.row[data-id="${CSS.escape(first.id)}"]`)) ||
      document.querySelector<HTMLElement>(`.sech[data-section="${name}"]`);
    target?.focus();
  });
}

export function toSearch(): void {
  if (document.querySelector("main.page")) go("/");
  requestAnimationFrame(() => document.getElementById("search")?.focus());
}

/** Puts the caret into the text box of the open chat. */
export function compose(kind: DraftKind): void {
  const chat = openChat.peek();
  const row = chat?.row.peek();
  if (!chat || !row) return;
  draftKind.value = { ...draftKind.value, [chat.id]: kind };
  if (kind === "note" && row.status === "bot") noteTo.value = chat.id;
  requestAnimationFrame(() => document.getElementById("write")?.focus());
}
