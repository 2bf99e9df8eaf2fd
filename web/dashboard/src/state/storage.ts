// What this browser remembers. Storage may be full or forbidden; then things are remembered until the tab closes.

const prefix = "switchboard.";
const fallback = new Map<string, string>();

export function read(key: string): string | null {
  try {
    return localStorage.getItem(prefix + key) ?? fallback.get(key) ?? null;
  } catch {
    return fallback.get(key) ?? null;
  }
}

export function write(key: string, value: string | null): void {
  fallback.delete(key);
  try {
    if (value === null) localStorage.removeItem(prefix + key);
    else localStorage.setItem(prefix + key, value);
  } catch {
    if (value !== null) fallback.set(key, value);
  }
}

/** The keys that start with `start`, without it. */
export function keys(start: string): string[] {
  const found = new Set([...fallback.keys()].filter((key) => key.startsWith(start)));
  try {
    for (let index = 0; index < localStorage.length; index++) {
      const key = localStorage.key(index);
      if (key?.startsWith(prefix + start)) found.add(key.slice(prefix.length));
    }
  } catch {
    // Forbidden storage holds nothing.
  }
  return [...found].map((key) => key.slice(start.length));
}

export function readJson<T>(key: string, otherwise: T): T {
  try {
    return JSON.parse(read(key) ?? "") as T;
  } catch {
    return otherwise;
  }
}
