// Which page is shown, and the frame of the dashboard.
import { signal, useSignalEffect } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { common, frame, login, product } from "../../shared/src/text.ts";
import { ChatPane } from "./chat/ChatPane.tsx";
import { ResolveDialog } from "./chat/ResolveDialog.tsx";
import { DetailsPane } from "./details/DetailsPane.tsx";
import { BottomBar } from "./frame/BottomBar.tsx";
import { ConnectionBanner } from "./frame/ConnectionLine.tsx";
import { Sidebar } from "./frame/Sidebar.tsx";
import { Toast } from "./frame/Toast.tsx";
import { listenToKeys } from "./keyboard.ts";
import { ChatList } from "./list/ChatList.tsx";
import { Alert, Door } from "./pages/Door.tsx";
import { Login } from "./pages/Login.tsx";
import { Setup } from "./pages/Setup.tsx";
import { path } from "./router.ts";
import { open, openChat } from "./state/chat.ts";
import { online } from "./state/connection.ts";
import { view } from "./state/ended.ts";
import { commandsShown, helpShown } from "./state/keys.ts";
import { notifyFailure } from "./state/notices.ts";
import { scope, supervises } from "./state/scopes.ts";
import { unreadCount } from "./state/seen.ts";
import { findSession, me, unreachable } from "./state/session.ts";

export function App() {
  useEffect(() => {
    if (path.peek() !== "/setup") findSession();
  }, []);
  if (path.value === "/setup") return <Setup />;
  if (me.value) return <Dashboard />;
  if (unreachable.value) {
    return (
      <Door title={product}>
        <Alert>{login.failed}</Alert>
        <form>
          <button type="button" class="btn big" onClick={findSession}>
            {common.tryAgain}
          </button>
        </form>
      </Door>
    );
  }
  return path.value === "/login" && me.value === null ? <Login /> : null;
}

type PageName = "settings" | "analytics" | "canned" | "commands" | "help";

const loaders: Record<PageName, () => Promise<ComponentType>> = {
  settings: () => import("./settings/Settings.tsx").then((module) => module.Settings),
  analytics: () => import("./analytics/Analytics.tsx").then((module) => module.Analytics),
  canned: () => import("./canned/CannedPage.tsx").then((module) => module.CannedPage),
  commands: () => import("./commands/CommandList.tsx").then((module) => module.CommandList),
  help: () => import("./commands/ShortcutsDialog.tsx").then((module) => module.ShortcutsDialog),
};

/** What is fetched when somebody goes there: the pages beside the chats, the command list and the list of keys. */
const pages = signal<Partial<Record<PageName, ComponentType>>>({});

function pageOf(path: string): PageName | null {
  // Until the server has said who somebody is, the page they came for is not replaced by another.
  const mayBe = supervises.value || !(scope.value || online.value);
  const isSettings = path.startsWith("/settings") && (mayBe || path === "/settings/notifications");
  if (isSettings || path === "/profile") return "settings";
  if (path === "/analytics" && mayBe) return "analytics";
  return path === "/canned" ? "canned" : null;
}

function load(name: PageName): void {
  if (pages.peek()[name]) return;
  loaders[name]().then((page) => {
    pages.value = { ...pages.peek(), [name]: page };
  }, notifyFailure);
}

function Dashboard() {
  useEffect(listenToKeys, []);
  useSignalEffect(() => {
    open(/^\/chats\/([\w-]+)$/.exec(path.value)?.[1] ?? null);
  });
  useSignalEffect(() => {
    document.title = frame.unreadTitle(unreadCount.value, scope.value?.name ?? product);
  });
  useSignalEffect(() => {
    // The list shows the side on which the open chat was when it was opened.
    const chat = openChat.value;
    if (chat?.phase.value === "ready" && chat.row.peek()?.status === "ended") view.value = "terminated";
  });
  const name = pageOf(path.value);
  useEffect(() => {
    if (name) load(name);
  }, [name]);
  useSignalEffect(() => {
    if (commandsShown.value) load("commands");
    if (helpShown.value) load("help");
  });
  const Page = name && pages.value[name];
  const Commands = commandsShown.value && pages.value.commands;
  const Help = helpShown.value && pages.value.help;
  const chatOpen = openChat.value !== null;
  return (
    <>
      <a class="skip" href="#chat">
        {frame.skip}
      </a>
      <div class="app" data-view={chatOpen ? "chat" : "list"}>
        <ConnectionBanner />
        <div class={name ? "cols wide" : "cols"}>
          <Sidebar />
          {name ? (
            <main class="page" id="chat" tabIndex={-1}>
              {Page && <Page />}
            </main>
          ) : (
            <main class="work">
              <h1 class="sr">{frame.chatsOf(scope.value?.name ?? "")}</h1>
              <ChatList />
              <ChatPane />
              <DetailsPane />
            </main>
          )}
        </div>
        <BottomBar />
        <Toast />
      </div>
      <ResolveDialog />
      {Help && <Help />}
      {Commands && <Commands />}
    </>
  );
}
