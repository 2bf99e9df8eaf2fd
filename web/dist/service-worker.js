// Shows what the server pushes and hears clicks on notifications. It keeps nothing and answers no requests, so a page is
// always the server's newest.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  const { title, body, conversation } = event.data.json();
  const data = { conversation };
  // A later one about the same chat takes its place, but is heard again.
  const same = { tag: conversation ?? "test", renotify: true };
  event.waitUntil(
    self.registration.showNotification(title, { body, icon: "/icon-192.png", dir: "auto", data, ...same }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(lead(event.notification.data?.conversation ?? null));
});

/** To the conversation, in a tab that is there or in a new one. */
async function lead(conversation) {
  const tabs = await self.clients.matchAll({ type: "window" });
  const tab = tabs.find((each) => each.visibilityState === "visible") ?? tabs[0];
  if (!tab) return self.clients.openWindow(conversation ? `/chats/${conversation}` : "/");
  tab.postMessage({ conversation });
  return tab.focus();
}
