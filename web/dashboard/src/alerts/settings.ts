// How this browser wants to be told; all its tabs share it.
import { signal } from "@preact/signals";
import { readJson, write } from "../state/storage.ts";
import { type AlertSettings, usual } from "./decide.ts";

const key = "alerts";

function stored(): AlertSettings {
  return { ...usual, ...readJson<Partial<AlertSettings>>(key, {}) };
}

export const alertSettings = signal(stored());

export function changeAlerts(change: Partial<AlertSettings>): void {
  alertSettings.value = { ...alertSettings.value, ...change };
  write(key, JSON.stringify(alertSettings.value));
}

window.addEventListener("storage", (event) => {
  if (event.key === null || event.key.endsWith(`.${key}`)) alertSettings.value = stored();
});
