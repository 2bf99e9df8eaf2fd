// Web Push: this browser is told by the server when no page of the dashboard is in view.
import { alerts as words } from "../../../shared/src/text/alerts.ts";
import { call } from "../api.ts";
import type { AlertSettings } from "./decide.ts";

/** Can this browser be told while no page is open? Phones of Apple can once the dashboard is installed. */
export function pushes(): boolean {
  return window.isSecureContext && "serviceWorker" in navigator && "PushManager" in window;
}

/** Subscribes, or says anew what is wanted. Rejects when the browser or the server cannot. */
export async function startPush(settings: AlertSettings): Promise<void> {
  const { key } = await call<{ key: string }>("GET", "/push/key");
  const { pushManager } = await navigator.serviceWorker.ready;
  const before = await pushManager.getSubscription();
  // One that another installation of Switchboard made at this address is of no use.
  if (before && !isFor(before, key)) await before.unsubscribe();
  const { endpoint, keys } = (
    await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) })
  ).toJSON();
  await call("PUT", "/push/subscription", {
    endpoint,
    keys: { p256dh: keys?.p256dh, auth: keys?.auth },
    wishes: {
      unassigned: settings.unassigned,
      mine: settings.mine,
      mention: settings.mention,
      quiet_until: settings.quietUntil,
    },
    // The server fills in who it is about; it does not know the reader's language.
    wording: {
      unassigned: words.isWaiting("{name}"),
      mine: words.wrote("{name}"),
      given: words.gave("{name}"),
      mention: words.named("{name}"),
      test: words.testTitle,
    },
  });
}

export async function stopPush(): Promise<void> {
  await call("DELETE", "/push/subscription");
  const worker = await navigator.serviceWorker.getRegistration();
  const subscription = await worker?.pushManager.getSubscription();
  await subscription?.unsubscribe();
}

export async function testPush(): Promise<void> {
  await call("POST", "/push/test");
}

function isFor(subscription: PushSubscription, key: string): boolean {
  const own = subscription.options.applicationServerKey;
  const [have, want] = [new Uint8Array(own ?? []), bytes(key)];
  return have.length === want.length && have.every((byte, place) => byte === want[place]);
}

/** From base64url. */
function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
}
