// The keys of the dashboard. Letters act outside text fields only, and can be switched off; what they do is in commands/.
import { systemClock } from "../../shared/src/clock.ts";
import { commandsNow } from "./commands/commands.ts";
import { show } from "./commands/moves.ts";
import { shownOrder } from "./list/ActiveGroups.tsx";
import { openChat } from "./state/chat.ts";
import { addToDraft } from "./state/drafts.ts";
import { view } from "./state/ended.ts";
import { commandsShown, detailsShown, singleKeys } from "./state/keys.ts";
import { StrayGuard } from "./stray.ts";

const guard = new StrayGuard(systemClock, act, write);

export function listenToKeys(): () => void {
  document.addEventListener("keydown", onKeyDown);
  return () => document.removeEventListener("keydown", onKeyDown);
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.isComposing || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const target = event.target as HTMLElement;
  const inField = target.matches("input, textarea, select, [contenteditable]");
  if (
    event.key.toLowerCase() === "k" &&
    (event.ctrlKey || event.metaKey) &&
    !event.altKey &&
    !event.shiftKey
  ) {
    event.preventDefault();
    commandsShown.value = true;
    return;
  }
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
  const all = commandsNow();
  const has = (wanted: string) => all.find((command) => command.key === wanted);
  (has(key) ?? has(key.toLowerCase()))?.run();
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

function step(by: number): void {
  const order =
    view.peek() === "active"
      ? shownOrder()
      : [...document.querySelectorAll<HTMLElement>(".row[data-id]")].map((row) => row.dataset.id ?? "");
  const at = order.indexOf(openChat.peek()?.id ?? "");
  const next = at < 0 ? order[0] : order[Math.min(Math.max(at + by, 0), order.length - 1)];
  if (next) show(next);
}
