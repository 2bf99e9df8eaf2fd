// What can be done at this moment, by a key or from the command list. The one place that says which key does what.
import type { Row } from "../../../shared/src/protocol.gen.ts";
import { commandWords as words } from "../../../shared/src/text/commands.ts";
import { profilePage } from "../../../shared/src/text/profile.ts";
import { activate, chat, frame, list, menu, profile, shortcuts } from "../../../shared/src/text.ts";
import { alertSettings, changeAlerts } from "../alerts/settings.ts";
import { go } from "../router.ts";
import { acting, activateChat, joinChat, resolving, transfer } from "../state/actions.ts";
import { openChat } from "../state/chat.ts";
import { online } from "../state/connection.ts";
import type { DraftKind } from "../state/drafts.ts";
import { detailsShown, helpShown } from "../state/keys.ts";
import { notify } from "../state/notices.ts";
import { chooseScope, myPresence, scope, scopeOf, scopes, setPresence, supervises } from "../state/scopes.ts";
import { sectionOf } from "../state/sections.ts";
import { logOut, me } from "../state/session.ts";
import { type Theme, theme } from "../state/theme.ts";
import { compose, nextUnread, toSearch, toSection } from "./moves.ts";

export interface Command {
  /** Of the list; unique. */
  id: string;
  title: string;
  /** Acts by itself outside text fields; a capital letter is pressed with Shift. */
  key?: string;
  run: () => void;
}

const HOUR = 3_600_000;

export function commandsNow(): Command[] {
  return [...ofChat(), ...ofPlaces(), ...ofMyself()];
}

/** What fits the open chat. */
function ofChat(): Command[] {
  const row = openChat.peek()?.row.peek();
  if (!row) return [];
  const found: Command[] = [];
  const section = sectionOf(row, me.peek()?.id ?? "");
  if (online.peek() && !acting.peek()) found.push(...deeds(row));
  if (section) {
    const write = (kind: DraftKind) => () => compose(kind);
    if (section === "mine" || section === "unassigned")
      found.push({ id: "reply", title: shortcuts.reply, key: "r", run: write("reply") });
    found.push({ id: "note", title: shortcuts.note, key: "m", run: write("note") });
  }
  found.push({
    id: "details",
    title: shortcuts.details,
    key: "d",
    run: () => {
      detailsShown.value = !detailsShown.peek();
    },
  });
  return found;
}

function deeds(row: Row): Command[] {
  const mine = row.assignee?.id === me.peek()?.id;
  switch (sectionOf(row, me.peek()?.id ?? "")) {
    case "unassigned":
      return [{ id: "claim", title: chat.claim, key: "c", run: () => joinChat(row.id) }];
    case "ai":
      return [{ id: "join", title: shortcuts.joinChat, key: "j", run: () => joinChat(row.id) }];
    case null:
      return [{ id: "activate", title: activate.button, key: "a", run: () => activateChat(row.id) }];
    default:
      return [...(mine ? [resolveCommand(row)] : []), ...(mine || supervises.peek() ? transfers(row) : [])];
  }
}

function resolveCommand(row: Row): Command {
  return {
    id: "resolve",
    title: chat.resolve,
    key: "e",
    run: () => {
      resolving.value = row.id;
    },
  };
}

function transfers(row: Row): Command[] {
  const home = scopeOf(row);
  const colleagues = (home?.members ?? []).filter(
    (member) => member.id !== row.assignee?.id && member.presence !== "offline",
  );
  const found: Command[] = [
    {
      id: "transfer",
      title: shortcuts.assign,
      key: "s",
      run: () => document.querySelector<HTMLElement>(".chead .more")?.click(),
    },
    ...colleagues.map((member) => ({
      id: `transfer ${member.id}`,
      title: words.transferTo(member.name),
      run: () => transfer(row.id, { kind: "member", id: member.id }),
    })),
    { id: "queue", title: menu.queue, run: () => transfer(row.id, { kind: "queue" }) },
  ];
  if (home?.has_bot) found.push({ id: "bot", title: menu.bot, run: () => transfer(row.id, { kind: "bot" }) });
  return found;
}

function ofPlaces(): Command[] {
  const page = (path: string, title: string) => ({
    id: path,
    title: words.goTo(title),
    run: () => go(path),
  });
  const found: Command[] = [
    { id: "unread", title: shortcuts.nextUnread, key: "n", run: nextUnread },
    { id: "unassigned", title: words.goTo(list.unassigned), key: "1", run: () => toSection("unassigned") },
    { id: "mine", title: words.goTo(list.mine), key: "2", run: () => toSection("mine") },
    { id: "assigned", title: words.goTo(list.assigned), key: "3", run: () => toSection("assigned") },
    { id: "search", title: list.search, key: "/", run: toSearch },
    page("/canned", frame.canned),
  ];
  if (supervises.peek())
    found.push(page("/analytics", frame.analytics), page("/settings/channels", frame.settings));
  for (const other of scopes.peek()) {
    if (other.id === scope.peek()?.id) continue;
    const run = () => {
      chooseScope(other.id);
      go("/");
    };
    found.push({ id: `scope ${other.id}`, title: words.goTo(other.name), run });
  }
  return found;
}

function ofMyself(): Command[] {
  const away = myPresence.peek() === "away";
  const themes: [Theme, string][] = [
    ["system", profile.system],
    ["light", profile.light],
    ["dark", profile.dark],
  ];
  return [
    {
      id: "away",
      title: away ? words.setAvailable : words.setAway,
      run: () => setPresence(away ? "online" : "away"),
    },
    { id: "quiet", title: isQuiet() ? words.quietOff : words.quietOn, key: "M", run: switchQuiet },
    ...themes
      .filter(([name]) => name !== theme.peek())
      .map(([name, title]) => ({
        id: `theme ${name}`,
        title: words.useTheme(title),
        run: () => {
          theme.value = name;
        },
      })),
    { id: "profile", title: words.goTo(profilePage.title), run: () => go("/profile") },
    {
      id: "help",
      title: shortcuts.title,
      key: "?",
      run: () => {
        helpShown.value = true;
      },
    },
    { id: "logout", title: profile.logOut, run: logOut },
  ];
}

function isQuiet(): boolean {
  return alertSettings.peek().quietUntil > Date.now();
}

function switchQuiet(): void {
  const quiet = isQuiet();
  changeAlerts({ quietUntil: quiet ? 0 : Date.now() + HOUR });
  notify(quiet ? words.isLoud : words.isQuiet);
}
