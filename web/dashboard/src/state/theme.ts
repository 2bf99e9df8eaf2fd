// Light or dark: the system's choice unless the reader made one.
import { effect, signal } from "@preact/signals";
import { read, write } from "./storage.ts";

export type Theme = "system" | "light" | "dark";

const stored = read("theme");
export const theme = signal<Theme>(stored === "light" || stored === "dark" ? stored : "system");

effect(() => {
  const root = document.documentElement;
  if (theme.value === "system") delete root.dataset.theme;
  else root.dataset.theme = theme.value;
  write("theme", theme.value === "system" ? null : theme.value);
});
