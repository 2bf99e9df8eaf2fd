// Files that go with the next reply or note: on their way up, ready, or failed. One list per conversation and kind.
// Those the server has survive a reload, as the text beside them does; it keeps what nobody sends for a day.
import { signal } from "@preact/signals";
import type { Attachment } from "../../../shared/src/protocol.gen.ts";
import { files as words } from "../../../shared/src/text.ts";
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
    const preview = file.type && PICTURES.includes(file.type) ? URL.createObjectURL(file) : "";
    const item = {
      name: file.name,
      size: file.size,
      preview,
      progress: 0,
      reason: "",
      attachment: null,
      file,
    };
    const key = nextKey++;
    show(place, [...list, { key, ...item }]);
    begin(conversation, place, key, file);
  }
}

export function tryUploadAgain(conversation: string, kind: DraftKind, { key, file }: Attaching): void {
  if (file) begin(conversation, keyOf(conversation, kind), key, file);
}

/** Removes one from the list, ending its upload. */
export function detach(conversation: string, kind: DraftKind, { key, preview }: Attaching): void {
  const place = keyOf(conversation, kind);
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
  return { key: nextKey++, name, size, preview: "", progress: 1, reason: "", attachment, file: null };
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
    .then((attachment) => {
      change(place, key, { attachment, progress: 1 });
      keep(place);
    })
    .catch((error) => change(place, key, failed(error)))
    .finally(() => running.delete(key));
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

/** Once what is ready has changed; not while a file goes up, which tells its progress all the time. */
function keep(place: string): void {
  const ready = listOf(place).flatMap((item) => item.attachment ?? []);
  const kept: Kept = { until: Date.now() + KEPT, ready };
  write(storedAt(place), ready.length ? JSON.stringify(kept) : null);
}

interface Kept {
  /** UTC milliseconds. */
  until: number;
  ready: Attachment[];
}

/** A little less than the server keeps them. */
const KEPT = 23 * 60 * 60_000;

const storedAt = (place: string) => `files.${me.value?.id}.${place}`;

/** What this browser remembers of before the reload, read once. */
const recalled = new Map<string, readonly Attaching[]>();

function listOf(place: string): readonly Attaching[] {
  const list = lists.value[place] ?? recalled.get(place);
  if (list) return list;
  const { until, ready } = readJson<Kept>(storedAt(place), { until: 0, ready: [] });
  const found = until > Date.now() ? ready.map(uploaded) : none;
  recalled.set(place, found);
  return found;
}
