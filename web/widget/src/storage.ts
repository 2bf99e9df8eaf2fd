// What the widget keeps in the host site's own storage, per channel. Where storage is blocked, a page keeps it
// in memory: the chat works, but does not survive a reload.

/** Survives the tab (localStorage). */
export type Kept =
  /** Visitor token. */
  | "token"
  /** External id of the known customer the token was made for. */
  | "who"
  /** Id of the current conversation; present = a conversation is going on. */
  | "chat"
  /** `<conversation>:<seq>` that the customer has seen. */
  | "seen"
  /** The ended conversation the customer left by "New chat". */
  | "left"
  /** `<conversation>:<seq of its end>` whose rating was skipped or given. */
  | "rated"
  /** Brand colour, so that the launcher has it before the first answer. */
  | "colour"
  /** Present = a chat of this visitor has ended before. */
  | "past"
  /** Ids of the proactive rules that have spoken, with blanks between. */
  | "told";

/** Belongs to one tab (sessionStorage): is the panel open, the text in the box, commands not yet acknowledged (JSON). */
export type TabKept = "open" | "draft" | "outbox";

export class Store {
  readonly #prefix: string;
  readonly #local: Storage | Map<string, string>;
  readonly #tab: Storage | Map<string, string>;

  constructor(channel: string) {
    this.#prefix = `switchboard:${channel}:`;
    this.#local = usable(() => localStorage);
    this.#tab = usable(() => sessionStorage);
  }

  get(name: Kept): string {
    return read(this.#local, this.#prefix + name);
  }

  /** Empty text removes it. */
  set(name: Kept, value: string): void {
    write(this.#local, this.#prefix + name, value);
  }

  getTab(name: TabKept): string {
    return read(this.#tab, this.#prefix + name);
  }

  setTab(name: TabKept, value: string): void {
    write(this.#tab, this.#prefix + name, value);
  }

  /** Calls `action` when another tab of this site changed something. */
  onOtherTab(action: (name: Kept) => void): void {
    addEventListener("storage", ({ key }) => {
      if (key?.startsWith(this.#prefix)) action(key.slice(this.#prefix.length) as Kept);
    });
  }
}

function usable(storage: () => Storage): Storage | Map<string, string> {
  try {
    // Reading the property itself throws where a browser blocks storage.
    const found = storage();
    found.getItem("switchboard");
    return found;
  } catch {
    return new Map();
  }
}

function read(from: Storage | Map<string, string>, key: string): string {
  return (from instanceof Map ? from.get(key) : from.getItem(key)) ?? "";
}

function write(to: Storage | Map<string, string>, key: string, value: string): void {
  if (to instanceof Map) {
    to.set(key, value);
    return;
  }
  try {
    if (value) to.setItem(key, value);
    else to.removeItem(key);
  } catch {
    // Full or read-only: the chat goes on without being remembered.
  }
}
