// Files that go with the next reply or note: on their way up, ready, or failed. One list per conversation and kind.
// They survive a reload, as the text beside them does: those the server has, which it keeps for a day, and those on their way.
import { signal } from "@preact/signals";
import type { Attachment } from "../../../shared/src/protocol.gen.ts";
import { files as words } from "../../../shared/src/text.ts";
import { uuid } from "../../../shared/src/uuid.ts";
import { explain } from "../api.ts";
import type { DraftKind } from "../state/drafts.ts";
import { notify } from "../state/notices.ts";
import { me } from "../state/session.ts";
import { readJson, write } from "../state/storage.ts";
import { LARGEST, MOST, PICTURES, type Upload, upload } from "./upload.ts";

export interface Attaching {
  key: number;
  name: string;
  /** Bytes. */
  size: number;
  /** Address of a picture of it, until it is sent or removed. */
  preview: string;
  /** 0 to 1. */
  progress: number;
  /** Why it failed, for people. */
  reason: string;
  /** Set once the server has it. */
  attachment: Attachment | null;
  /** What is uploaded again after a failure. */
  file: File | null;
  /** Under this id the browser keeps it until the server has it; empty: not at all. */
  waits: string;
}

const lists = signal<Readonly<Record<string, readonly Attaching[]>>>({});
const running = new Map<number, Upload>();
let nextKey = 1;

const none: readonly Attaching[] = [];
const keyOf = (conversation: string, kind: DraftKind) => `${conversation} ${kind}`;

export function attaching(conversation: string, kind: DraftKind): readonly Attaching[] {
  return listOf(keyOf(conversation, kind));
}

/** All uploaded: the message can be sent. */
export function allReady(conversation: string, kind: DraftKind): boolean {
  return attaching(conversation, kind).every((item) => item.attachment !== null);
}

/** Takes files from the picker, the clipboard or a drag, and begins to upload them. */
export function attach(conversation: string, kind: DraftKind, files: readonly File[]): void {
  const place = keyOf(conversation, kind);
  for (const file of files) {
    const list = listOf(place);
    if (list.length >= MOST) {
      notify(words.tooMany(MOST));
      return;
    }
    const key = enter(conversation, place, file);
    // Without it, a reload loses the file and nothing else.
    if (file.size <= LARGEST) remember(conversation, place, key, file).catch(() => {});
  }
}

/** Puts a file at the end of the list and begins to upload it. */
function enter(conversation: string, place: string, file: File, waits = ""): number {
  const { name, size, type } = file;
  const key = nextKey++;
  const preview = type && PICTURES.includes(type) ? URL.createObjectURL(file) : "";
  const item = { key, name, size, preview, progress: 0, reason: "", attachment: null, file, waits };
  show(place, [...listOf(place), item]);
  begin(conversation, place, key, file);
  return key;
}

export function tryUploadAgain(conversation: string, kind: DraftKind, { key, file }: Attaching): void {
  if (file) begin(conversation, keyOf(conversation, kind), key, file);
}

/** Removes one from the list, ending its upload. */
export function detach(conversation: string, kind: DraftKind, { key, preview, waits }: Attaching): void {
  const place = keyOf(conversation, kind);
  forget(waits);
  running.get(key)?.cancel();
  running.delete(key);
  URL.revokeObjectURL(preview);
  put(
    place,
    listOf(place).filter((item) => item.key !== key),
  );
}

/** Takes the uploaded files out of the list, to be sent. */
export function takeReady(conversation: string, kind: DraftKind): Attachment[] {
  const place = keyOf(conversation, kind);
  const list = listOf(place);
  for (const { preview } of list) URL.revokeObjectURL(preview);
  put(place, none);
  return list.flatMap((item) => item.attachment ?? []);
}

/** Puts uploaded files that were not sent after all before the writer again. */
export function giveBack(conversation: string, kind: DraftKind, attachments: readonly Attachment[]): void {
  const place = keyOf(conversation, kind);
  put(place, [...listOf(place), ...attachments.map(uploaded)]);
}

function uploaded(attachment: Attachment): Attaching {
  const { name, size } = attachment;
  const rest = { preview: "", progress: 1, reason: "", file: null, waits: "" };
  return { key: nextKey++, name, size, attachment, ...rest };
}

function begin(conversation: string, place: string, key: number, file: File): void {
  if (file.size > LARGEST) {
    change(place, key, { reason: words.tooLarge, file: null });
    return;
  }
  change(place, key, { reason: "", progress: 0 });
  const way = upload(conversation, file, (progress) => change(place, key, { progress }));
  running.set(key, way);
  way.done
    .then((attachment) => settle(place, key, { attachment, progress: 1 }))
    .catch((error) => {
      const changes = failed(error);
      if (changes.file === null) settle(place, key, changes);
      else change(place, key, changes);
    })
    .finally(() => running.delete(key));
}

/** There is nothing left to upload. */
function settle(place: string, key: number, changes: Partial<Attaching>): void {
  const waits = listOf(place).find((item) => item.key === key)?.waits;
  change(place, key, { ...changes, waits: "" });
  keep(place);
  forget(waits);
}

/** Has the browser keep a file until it is up. */
async function remember(conversation: string, place: string, key: number, file: File): Promise<void> {
  const { keepFile } = await import("./waiting.ts");
  const waits = uuid();
  if (!(await keepFile(conversation, waits, file))) return;
  // Meanwhile it may be up, or taken back.
  if (!listOf(place).some((item) => item.key === key && item.file && !item.attachment)) return forget(waits);
  change(place, key, { waits });
  keep(place);
}

function forget(waits?: string): void {
  if (waits) import("./waiting.ts").then(({ forgetFile }) => forgetFile(waits)).catch(() => {});
}

/** Begins again with what was on its way before the reload. */
async function resume(place: string, waiting: readonly string[]): Promise<void> {
  const { keptFile } = await import("./waiting.ts");
  const [conversation = ""] = place.split(" ");
  for (const waits of waiting) {
    const file = await keptFile(waits);
    if (file) enter(conversation, place, file, waits);
  }
}

/** A file of a wrong kind stays wrong; everything else may be tried again. */
function failed(error: { code?: string }): Partial<Attaching> {
  if (error.code === "too_large") return { reason: words.tooLarge, file: null };
  if (error.code === "bad_request") return { reason: words.wrongType, file: null };
  return { reason: explain(error) };
}

function change(place: string, key: number, changes: Partial<Attaching>): void {
  const list = listOf(place);
  show(
    place,
    list.map((item) => (item.key === key ? { ...item, ...changes } : item)),
  );
}

function show(place: string, list: readonly Attaching[]): void {
  lists.value = { ...lists.value, [place]: list };
}

function put(place: string, list: readonly Attaching[]): void {
  show(place, list);
  keep(place);
}

/** Once what is ready or kept has changed; not while a file goes up, which tells its progress all the time. */
function keep(place: string): void {
  const list = listOf(place);
  const ready = list.flatMap((item) => item.attachment ?? []);
  const waiting = list.flatMap((item) => item.waits || []);
  const kept: Kept = { until: Date.now() + KEPT, ready, waiting };
  write(storedAt(place), ready.length + waiting.length ? JSON.stringify(kept) : null);
}

interface Kept {
  /** UTC milliseconds. */
  until: number;
  ready: Attachment[];
  /** Ids of files that the browser keeps. */
  waiting?: string[];
}

/** A little less than the server keeps them. */
const KEPT = 23 * 60 * 60_000;

const storedAt = (place: string) => `files.${me.value?.id}.${place}`;

/** What this browser remembers of before the reload, read once. */
const recalled = new Map<string, readonly Attaching[]>();

function listOf(place: string): readonly Attaching[] {
  const list = lists.value[place] ?? recalled.get(place);
  if (list) return list;
  const { until, ready, waiting = [] } = readJson<Kept>(storedAt(place), { until: 0, ready: [] });
  const lasts = until > Date.now();
  const found = lasts ? ready.map(uploaded) : none;
  recalled.set(place, found);
  if (lasts && waiting.length) resume(place, waiting).catch(() => {});
  return found;
}
