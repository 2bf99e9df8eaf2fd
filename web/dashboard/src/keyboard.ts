// The keys of the dashboard. Letters act outside text fields only, and can be switched off.
import { systemClock } from "../../shared/src/clock.ts";
import { noteTo } from "./chat/Dock.tsx";
import { shownOrder } from "./list/ActiveGroups.tsx";
import { unfold } from "./list/folds.ts";
import { go } from "./router.ts";
import { activateChat, joinChat, resolving } from "./state/actions.ts";
import { openChat } from "./state/chat.ts";
import { online } from "./state/connection.ts";
import { addToDraft, type DraftKind, draftKind } from "./state/drafts.ts";
import { view } from "./state/ended.ts";
import { detailsShown, helpShown, singleKeys } from "./state/keys.ts";
import { allSections, sections } from "./state/rows.ts";
import { type SectionName, sectionOf } from "./state/sections.ts";
import { isUnread } from "./state/seen.ts";
import { me } from "./state/session.ts";
import { StrayGuard } from "./stray.ts";

const jumps: Record<string, SectionName> = { "1": "unassigned", "2": "mine", "3": "assigned" };

const guard = new StrayGuard(systemClock, act, write);

export function listenToKeys(): () => void {
  document.addEventListener("keydown", onKeyDown);
  return () => document.removeEventListener("keydown", onKeyDown);
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.isComposing || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const target = event.target as HTMLElement;
  const inField = target.matches("input, textarea, select, [contenteditable]");
  if (event.key === "Escape") {
    if (inField) target.blur();
    else if (detailsShown.value) detailsShown.value = false;
    return;
  }
  if (inField || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (target.closest(".log, [role=menu]")) return;
    event.preventDefault();
    step(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter") {
    if (guard.interrupt()) event.preventDefault();
  } else if (event.key.length === 1 && event.key !== " ") {
    if (!singleKeys.value) return;
    event.preventDefault();
    guard.press(event.key);
  }
}

function act(key: string): void {
  const chat = openChat.peek();
  const row = chat?.row.peek();
  const section = row ? sectionOf(row, me.peek()?.id ?? "") : undefined;
  const jump = jumps[key];
  if (jump) {
    toSection(jump);
    return;
  }
  switch (key.toLowerCase()) {
    case "n":
      nextUnread();
      break;
    case "/":
      document.getElementById("search")?.focus();
      break;
    case "?":
      helpShown.value = true;
      break;
    case "d":
      detailsShown.value = !detailsShown.value;
      break;
    case "r":
      compose("reply");
      break;
    case "m":
      compose("note");
      break;
    case "s":
      document.querySelector<HTMLElement>(".chead .more")?.click();
      break;
    case "c":
      if (row && section === "unassigned" && online.peek()) joinChat(row.id);
      break;
    case "j":
      if (row && section === "ai" && online.peek()) joinChat(row.id);
      break;
    case "e":
      if (row && section === "mine" && online.peek()) resolving.value = row.id;
      break;
    case "a":
      if (row && section === null && online.peek()) activateChat(row.id);
      break;
  }
}

/** Stray typing goes where writing goes; without a composer it is dropped. */
function write(text: string): void {
  const chat = openChat.peek();
  const field = document.getElementById("write");
  if (!chat || !field) return;
  const noted = Boolean(field.closest(".noted"));
  addToDraft(chat.id, noted ? "note" : "reply", text);
  field.focus();
}

function compose(kind: DraftKind): void {
  const chat = openChat.peek();
  const row = chat?.row.peek();
  if (!chat || !row) return;
  draftKind.value = { ...draftKind.value, [chat.id]: kind };
  if (kind === "note" && row.status === "bot") noteTo.value = chat.id;
  requestAnimationFrame(() => document.getElementById("write")?.focus());
}

function step(by: number): void {
  const order =
    view.peek() === "active"
      ? shownOrder()
      : [...document.querySelectorAll<HTMLElement>(".row[data-id]")].map((row) => row.dataset.id ?? "");
  const at = order.indexOf(openChat.peek()?.id ?? "");
  const next = at < 0 ? order[0] : order[Math.min(Math.max(at + by, 0), order.length - 1)];
  if (next) show(next);
}

function nextUnread(): void {
  const all = Object.values(allSections.peek()).flat();
  const at = all.findIndex((row) => row.id === openChat.peek()?.id);
  const next = [...all.slice(at + 1), ...all.slice(0, at + 1)].find(isUnread);
  if (next) show(next.id);
}

function toSection(name: SectionName): void {
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

function show(id: string): void {
  go(`/chats/${id}`);
  requestAnimationFrame(() =>
    document.querySelector(`.row[data-id="${CSS.escape(id)}"]`)?.scrollIntoView({ block: "nearest" }),
  );
}
