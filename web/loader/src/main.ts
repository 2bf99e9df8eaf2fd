// The one script tag of a customer's site:
//
//   <script src="https://chat.example/widget.js" data-channel="PUBLIC_KEY" async></script>
//
// It asks whether this site may have the chat, shows the launcher, and fetches the panel when somebody means to use it or when a
// chat is going on. Optional: `data-colour="#1f6b4a"` paints the launcher when the server cannot be asked,
// `data-language="de"` says it in that language, whatever the channel and the browser prefer,
// `data-theme="dark"` (or `light`) is for pages that do not follow the visitor's system,
// `data-identity='{"external_id":"42","name":"Zoë","proof":"<hex>"}'` names a customer the site knows.
import { choose } from "../../shared/src/language.ts";
import type { Identity } from "../../shared/src/protocol.gen.ts";
import { paint } from "../../widget/src/colour.ts";
import { adopt, attribute, h, icon, setText } from "../../widget/src/dom.ts";
import type { Host, Panel, Settings } from "../../widget/src/host.ts";
import { CHAT } from "../../widget/src/icons.ts";
import { Store } from "../../widget/src/storage.ts";
import * as T from "../../widget/src/text.ts";
import { offer } from "./api.ts";
import css from "./launcher.css?inline";

/** What the names of the panel's and the parts' scripts end with; put in by the build. */
declare const __BUILD__: string;

const TAG = "switchboard-chat";
/** The launcher does not wait longer than this for the server's answer. Milliseconds. */
const ANSWER_WITHIN = 5000;

const script = document.currentScript as HTMLScriptElement | null;
const channel = script?.dataset.channel;
if (script && channel) {
  if (document.body) launch(script, channel);
  else addEventListener("DOMContentLoaded", () => launch(script, channel), { once: true });
} else if (!channel) {
  console.warn("Switchboard: the script tag needs data-channel");
}

function launch(script: HTMLScriptElement, channel: string): void {
  // A second tag on the same page: the chat is there, or on its way.
  const before = window.Switchboard;
  if (before && "identify" in before && !("q" in before)) return;
  const store = new Store(channel);
  const element = document.createElement(TAG);
  const root = element.attachShadow({ mode: "open" });
  adopt(root, css);
  const badge = h("span.n", { "aria-hidden": "true", hidden: true });
  const button = h(
    "button.launch",
    { "aria-label": T.openChat, "aria-expanded": "false", "aria-haspopup": "dialog" },
    icon(CHAT),
    badge,
  );
  const wrap = h("div.pw", {}, button);
  wrap.style.colorScheme = script.dataset.theme ?? "";
  root.append(wrap);

  let failed = T.chatFailed;
  let failures = 0;
  let panel: Promise<Panel> | null = null;
  const host: Host = {
    root,
    button,
    badge,
    channel,
    origin: new URL(script.src).origin,
    identity: identity(script.dataset.identity),
    store,
    kit: { h, attribute, setText, icon, adopt, paint },
    async fetch(name) {
      const address = `${host.origin}/widget/${name}-${wrap.lang}-${__BUILD__}.js`;
      try {
        return await import(/* @vite-ignore */ failures ? `${address}?${failures}` : address);
      } catch (error) {
        // A browser may remember that an address failed, so further tries ask for another one.
        failures++;
        throw error;
      }
    },
    emit: () => {},
  };

  function load(): Promise<Panel> {
    panel ??= shown
      .then(() => host.fetch<{ mount: (host: Host) => Panel }>("panel"))
      .then(({ mount }) => mount(host));
    panel.catch(() => {
      panel = null;
    });
    return panel;
  }

  function open(): void {
    attribute(button, "aria-busy", "true");
    load()
      .then((panel) => panel.open())
      .catch(() => attribute(button, "aria-label", failed))
      .finally(() => attribute(button, "aria-busy", null));
  }

  async function show(): Promise<void> {
    const settings = await ask(host);
    if (typeof settings === "string") throw settings;
    paint(wrap, settings?.colour || store.get("colour") || script.dataset.colour || "");
    wrap.lang = choose([script.dataset.language, settings?.language, ...navigator.languages]);
    document.body.append(element);
    if (wrap.lang !== "en")
      host.fetch<typeof import("../../widget/src/parts/launcher.part.ts")>("launcher").then((words) => {
        failed = words.chatFailed;
        if (!panel) attribute(button, "aria-label", words.openChat);
      }, console.error);
    if (settings?.proactive.length)
      host
        .fetch<typeof import("../../widget/src/parts/nudge.part.ts")>("nudge")
        .then(({ watch }) => watch(settings.proactive, store, load))
        .catch(() => {});
  }

  const shown = show();
  shown.catch(console.error);
  const prepare = () => load().catch(() => {});
  button.onclick = open;
  button.addEventListener("pointerenter", prepare, { once: true });
  button.addEventListener("focus", prepare, { once: true });
  host.emit = offer({
    open,
    close: () => panel?.then((panel) => panel.setOpen(false)),
    toggle: () => (panel ? panel.then((panel) => panel.toggle()) : open()),
    identify(identity) {
      host.identity = identity;
      panel?.then((panel) => panel.identify(identity));
    },
  });
  // A chat is going on, or begins in another tab.
  if (store.get("chat") || store.getTab("open")) prepare();
  else store.onOtherTab((name) => name === "chat" && prepare());
}

/** What the channel says of itself; null when it cannot be asked now; a text when this site may not have the chat. */
async function ask({ origin, channel }: Host): Promise<Settings | string | null> {
  try {
    const address = `${origin}/api/v1/widget/settings?channel=${encodeURIComponent(channel)}`;
    const answer = await fetch(address, { credentials: "omit", signal: AbortSignal.timeout(ANSWER_WITHIN) });
    if (answer.ok) return await answer.json();
    if (answer.status === 403) return `Switchboard: the channel does not allow ${location.origin}`;
    return answer.status === 404 ? "Switchboard: no such channel, or it is off" : null;
  } catch {
    return null;
  }
}

function identity(text: string | undefined): Identity | null {
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    console.warn("Switchboard: data-identity is not JSON");
    return null;
  }
}
