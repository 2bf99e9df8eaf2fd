// How this browser wants to be told; all its tabs share it.
import { signal } from "@preact/signals";
import { readJson, write } from "../state/storage.ts";
import { type AlertSettings, usual } from "./decide.ts";
import { permission } from "./desktop.ts";

const key = "alerts";

function stored(): AlertSettings {
  return { ...usual, ...readJson<Partial<AlertSettings>>(key, {}) };
}

export const alertSettings = signal(stored());

export function changeAlerts(change: Partial<AlertSettings>): void {
  alertSettings.value = { ...alertSettings.value, ...change };
  write(key, JSON.stringify(alertSettings.value));
  if (!("push" in change)) renewPush().catch(() => {});
}

/** Says to the server what this browser wants, if it is told by push: at each start, as browsers renew their keys. */
export async function renewPush(): Promise<void> {
  if (!alertSettings.peek().push || permission() !== "granted") return;
  const { startPush } = await import("./push.ts");
  await startPush(alertSettings.peek());
}

window.addEventListener("storage", (event) => {
  if (event.key === null || event.key.endsWith(`.${key}`)) alertSettings.value = stored();
});
