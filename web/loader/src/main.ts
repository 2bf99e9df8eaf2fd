// The one script tag of a customer's site:
//
//   <script src="https://chat.example/widget.js" data-channel="PUBLIC_KEY" async></script>
//
// It shows the launcher and fetches the panel when somebody means to use it, or when a chat is going on. Optional:
// `data-colour="#1f6b4a"` paints the launcher before the first connection, `data-identity='{"external_id":"42",
// "name":"Zoë","proof":"<hex>"}'` names a customer the site knows.
import type { Identity } from "../../shared/src/protocol.gen.ts";
import { paint } from "../../widget/src/colour.ts";
import { adopt, attribute, h, icon, setText } from "../../widget/src/dom.ts";
import type { Host, Panel } from "../../widget/src/host.ts";
import { CHAT } from "../../widget/src/icons.ts";
import { Store } from "../../widget/src/storage.ts";
import css from "./launcher.css?inline";

/** Path of the panel's script; put in by the build. */
declare const __PANEL__: string;

const TAG = "switchboard-chat";

const script = document.currentScript as HTMLScriptElement | null;
const channel = script?.dataset.channel;
if (script && channel && !document.querySelector(TAG)) {
  if (document.body) launch(script, channel);
  else addEventListener("DOMContentLoaded", () => launch(script, channel), { once: true });
} else if (!channel) {
  console.warn("Switchboard: the script tag needs data-channel");
}

function launch(script: HTMLScriptElement, channel: string): void {
  const store = new Store(channel);
  const element = document.createElement(TAG);
  const root = element.attachShadow({ mode: "open" });
  adopt(root, css);
  const badge = h("span.n", { "aria-hidden": "true", hidden: true });
  const button = h(
    "button.launch",
    { "aria-label": "Open chat", "aria-expanded": "false", "aria-haspopup": "dialog" },
    icon(CHAT),
    badge,
  );
  const wrap = h("div.pw", {}, button);
  paint(wrap, store.get("colour") || script.dataset.colour || "");
  root.append(wrap);
  document.body.append(element);

  const host: Host = {
    root,
    button,
    badge,
    channel,
    origin: new URL(script.src).origin,
    identity: identity(script.dataset.identity),
    store,
    kit: { h, attribute, setText, icon, adopt, paint },
    async fetch(path) {
      try {
        return await import(/* @vite-ignore */ host.origin + path + (failures ? `?${failures}` : ""));
      } catch (error) {
        // A browser may remember that an address failed, so further tries ask for another one.
        failures++;
        throw error;
      }
    },
  };
  let failures = 0;
  let panel: Promise<Panel> | null = null;

  function load(): Promise<Panel> {
    panel ??= host.fetch<{ mount: (host: Host) => Panel }>(__PANEL__).then(({ mount }) => mount(host));
    panel.catch(() => {
      panel = null;
    });
    return panel;
  }

  function open(): void {
    attribute(button, "aria-busy", "true");
    load()
      .then((panel) => panel.open())
      .catch(() => attribute(button, "aria-label", "The chat could not be loaded. Try again"))
      .finally(() => attribute(button, "aria-busy", null));
  }

  const prepare = () => load().catch(() => {});
  button.onclick = open;
  button.addEventListener("pointerenter", prepare, { once: true });
  button.addEventListener("focus", prepare, { once: true });
  // A chat is going on, or begins in another tab.
  if (store.get("chat") || store.getTab("open")) prepare();
  else store.onOtherTab((name) => name === "chat" && prepare());
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
