// Files on their way up, kept by the browser until the server has them, so that a reload begins again where it broke off.
// Fetched with the first file. Storage may be full or forbidden: then a file is not kept, and goes up all the same.

/** Bytes kept for one conversation. */
const MOST = 25 * 1024 * 1024;
/** What nobody came back for goes after a day. Milliseconds. */
const KEPT = 24 * 60 * 60_000;
const STORE = "files";

interface Waiting {
  id: string;
  conversation: string;
  file: File;
  /** UTC milliseconds. */
  until: number;
}

/** Answers whether the file will be found again under this id. */
export async function keepFile(conversation: string, id: string, file: File): Promise<boolean> {
  let kept = false;
  try {
    await inStore((store) => {
      const all: IDBRequest<Waiting[]> = store.getAll();
      all.onsuccess = () => {
        let size = file.size;
        for (const old of all.result) {
          if (old.until < Date.now()) store.delete(old.id);
          else if (old.conversation === conversation) size += old.file.size;
        }
        if (size > MOST) return;
        store.put({ id, conversation, file, until: Date.now() + KEPT } satisfies Waiting);
        kept = true;
      };
    });
  } catch {
    return false;
  }
  return kept && hold(id);
}

/** The file of this id, unless another tab is sending it up. */
export async function keptFile(id: string): Promise<File | null> {
  if (!(await hold(id))) return null;
  let found: Waiting | undefined;
  await inStore((store) => {
    const one: IDBRequest<Waiting | undefined> = store.get(id);
    one.onsuccess = () => {
      found = one.result;
    };
  }).catch(() => {});
  if (!found) letGo(id);
  return found?.file ?? null;
}

export function forgetFile(id: string): Promise<void> {
  letGo(id);
  return inStore((store) => store.delete(id)).catch(() => {});
}

const held = new Map<string, () => void>();

/** Tells other tabs, for as long as this one lives, that the file is being sent up; false: one of them does. */
function hold(id: string): Promise<boolean> {
  return new Promise((resolve) => {
    // Browsers have no locks for pages without TLS.
    if (!navigator.locks) return resolve(true);
    const mine = (lock: Lock | null) => {
      resolve(lock !== null);
      return lock && new Promise<void>((done) => held.set(id, done));
    };
    navigator.locks.request(`switchboard.file.${id}`, { ifAvailable: true }, mine).catch(() => resolve(true));
  });
}

function letGo(id: string): void {
  held.get(id)?.();
  held.delete(id);
}

let opened: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("switchboard", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

/** Resolves once all of `work` is stored; rejects when there is no room for it. */
async function inStore(work: (store: IDBObjectStore) => void): Promise<void> {
  const transaction = (await open()).transaction(STORE, "readwrite");
  const done = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
  work(transaction.objectStore(STORE));
  return done;
}
