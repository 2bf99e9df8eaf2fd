// Notifications outside of the page. The permission is asked for by a click in the settings and nowhere else.
import { go } from "../router.ts";

export type Permission = NotificationPermission | "missing";

export function permission(): Permission {
  return "Notification" in window && window.isSecureContext ? Notification.permission : "missing";
}

export async function askPermission(): Promise<Permission> {
  return permission() === "missing" ? "missing" : Notification.requestPermission();
}

const icon = "/icon-192.png";

/** Shows one; a later one about the same conversation takes its place. A click leads to the conversation. */
export async function show(title: string, body: string, conversation: string | null): Promise<void> {
  if (permission() !== "granted") return;
  const options = { body, icon, tag: conversation ?? "test", silent: true, data: { conversation } };
  const worker = await navigator.serviceWorker?.getRegistration();
  // Phones know notifications of workers only.
  if (worker?.active) return worker.showNotification(title, options);
  const shown = new Notification(title, options);
  shown.onclick = () => {
    window.focus();
    if (conversation) go(`/chats/${conversation}`);
    shown.close();
  };
}

/** What was shown about a conversation, by a page or by push, is read now. */
export async function closeShown(conversation: string): Promise<void> {
  const worker = await navigator.serviceWorker?.getRegistration();
  for (const shown of (await worker?.getNotifications({ tag: conversation })) ?? []) shown.close();
}

/** The worker shows notifications and hears their clicks; an installed dashboard needs it. */
export function startWorker(): void {
  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker.register("/service-worker.js").catch(() => {});
  navigator.serviceWorker.addEventListener("message", (event) => {
    const conversation: unknown = event.data?.conversation;
    if (typeof conversation === "string" && /^c_\w+$/.test(conversation)) go(`/chats/${conversation}`);
  });
}
