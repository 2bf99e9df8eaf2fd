// Part: what goes with words. The button, the clipboard and the list of files to be sent; pictures, sound, film, files and cards in
// messages.
// Files are asked for with the visitor token in a header, so pages show them by addresses that only this tab knows.
import type { Attachment, Card } from "../../../shared/src/protocol.gen.ts";
import { attribute, h, icon, setText } from "../kit.ts";
import type { State } from "../state.ts";
import * as T from "../text.ts";
import type { Context } from "../view.ts";
import cards from "./carousel.css?inline";
import { carousel } from "./carousel.ts";
import files from "./files.css?inline";

export { use } from "../kit.ts";

const all = files + cards;

export { all as css };

const CLIP =
  "M13.8 8.2 9 13a2 2 0 0 1-2.8-2.8l5.6-5.6a3.4 3.4 0 0 1 4.8 4.8l-5.9 5.9a4.8 4.8 0 0 1-6.8-6.8l4.8-4.8";
const PLAY = "M6 4v12l10-6L6 4Z";
const CROSS = "m5 5 10 10M15 5 5 15";
/** What the server takes; it judges by content. Without `capture`, phones offer camera and pictures alike. */
const PICTURES = "image/png,image/jpeg,image/gif,image/webp";
const TYPES = `${PICTURES},audio/*,video/*,application/pdf,text/plain`;
/** Bytes. */
const LARGEST = 10 * 1024 * 1024;
/** Files of one message. */
const MOST = 10;

/** What the composer asks of its files. */
export interface Picked {
  /** Something is there to be sent. */
  any(): boolean;
  /** Something is still on its way, or failed. */
  blocked(): boolean;
  /** Ids of what is there, if anything; the list is empty afterwards. */
  take(): string[] | undefined;
  setDisabled(disabled: boolean): void;
}

interface Item {
  element: HTMLElement;
  id: string;
  cancel(): void;
}

/** What this tab has uploaded, and a picture of it: shown while the message is on its way. */
const own = new Map<string, { file: Attachment; address: string }>();

/** Puts the button into the box and the list above it. `changed` is told when a file comes, goes or is ready. */
export function fillComposer(context: Context, box: HTMLElement, changed: () => void): Picked {
  let items: Item[] = [];
  const list = h("ul.fls", { hidden: true, "aria-label": T.filesToSend });
  const input = h("input", { type: "file", multiple: true, hidden: true, accept: TYPES, onchange: picked });
  const button = h("button.clip", { "aria-label": T.attach, onclick: () => input.click() }, icon(CLIP));
  box.before(list);
  box.prepend(button, input);
  box.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length || button.disabled) return;
    event.preventDefault();
    files.forEach(add);
  });

  function picked(): void {
    [...(input.files ?? [])].forEach(add);
    input.value = "";
  }

  function set(next: Item[]): void {
    items = next;
    list.hidden = !items.length;
    changed();
  }

  function add(file: File): void {
    if (items.length >= MOST) return;
    const address = file.type && PICTURES.includes(file.type) ? URL.createObjectURL(file) : "";
    const fate = h("span");
    const again = h("button.bt", { hidden: true, onclick: send }, T.tryAgain);
    const remove = h("button.rm", { "aria-label": T.removeFile(file.name), onclick: drop }, icon(CROSS, "s"));
    const name = h("span.nm", {}, h("b", { dir: "auto" }, file.name), fate);
    const face = h("span.th", {}, address ? h("img", { src: address, alt: "" }) : icon(CLIP));
    const item: Item = { element: h("li.fi", {}, face, name, again, remove), id: "", cancel() {} };
    list.append(item.element);
    set([...items, item]);
    if (file.size > LARGEST) failed("too_large");
    else send();

    function drop(): void {
      item.cancel();
      item.element.remove();
      set(items.filter((other) => other !== item));
      box.querySelector("textarea")?.focus();
    }

    function failed(code: string): void {
      const hopeless = code === "too_large" || code === "bad_request";
      again.hidden = hopeless;
      attribute(fate, "role", "alert");
      const known = { too_large: T.tooLarge, bad_request: T.wrongType }[code];
      setText(fate, known ?? T.notUploaded);
      if (code && !known)
        context.part("refused").then(
          ({ reasonOf }) => again.hidden || setText(fate, reasonOf(code)),
          () => {},
        );
      changed();
    }

    function send(): void {
      const bar = h("progress", { max: 1, value: 0, "aria-label": T.uploading(file.name) });
      again.hidden = true;
      attribute(fate, "role", null);
      fate.replaceChildren(bar);
      const request = new XMLHttpRequest();
      item.cancel = () => request.abort();
      request.upload.onprogress = ({ loaded, total }) => {
        bar.value = total ? loaded / total : 0;
      };
      request.onerror = () => failed("");
      request.onload = () => {
        const answer = parse(request.responseText);
        if (request.status !== 201) return failed(String(answer.code));
        item.id = String(answer.id);
        own.set(item.id, { file: answer as unknown as Attachment, address });
        setText(fate, T.size(file.size));
        changed();
      };
      request.open("POST", url(context, "files"));
      request.setRequestHeader("authorization", bearer(context));
      request.setRequestHeader("content-type", "application/octet-stream");
      request.setRequestHeader("x-file-name", encodeURIComponent(file.name));
      request.send(file);
    }
  }

  return {
    any: () => items.length > 0,
    blocked: () => items.some(({ id }) => !id),
    take() {
      if (!items.length) return undefined;
      const ids = items.map(({ id }) => id);
      list.replaceChildren();
      set([]);
      return ids;
    },
    setDisabled(disabled) {
      button.disabled = disabled;
    },
  };
}

/**
 * Adds what goes with a message: pictures, files to save, and cards; ids stand for files that are on their way with it.
 * `key`: the message's in the log; without one nothing can be chosen. Answers how its cards follow the state.
 */
export function addCards(
  context: Context,
  bubble: HTMLElement,
  given: readonly (Attachment | Card | string)[],
  key = "",
): (state: State) => void {
  const cards = given.filter((one) => typeof one === "object" && "title" in one);
  const files = given.filter((one) => typeof one === "string" || "id" in one);
  for (const one of files) {
    const id = typeof one === "string" ? one : one.id;
    if (cards.some(({ image }) => image?.file === id)) continue;
    const known = own.get(id);
    const file = typeof one === "string" ? known?.file : one;
    if (file && /^(audio|video)/.test(file.type)) bubble.append(player(context, file));
    bubble.append(file?.width ? picture(context, file, known?.address) : card(context, id, file));
  }
  const seq = Number(key.slice(1));
  const fetch = async (id: string) => URL.createObjectURL(await blob(context, id));
  const follow = cards.length ? carousel(context, bubble, cards, seq, fetch) : () => {};
  follow(context.chat.state);
  context.redraw();
  return follow;
}

function picture(context: Context, file: Attachment, address?: string): HTMLElement {
  const { width, height, name } = file;
  const image = h("img", { width, height, alt: name });
  const element = h(
    "button.pic",
    { "aria-label": T.downloadFile(name), onclick: () => save(context, file.id, name) },
    image,
  );
  image.onerror = () => element.replaceWith(card(context, file.id, file));
  if (address) image.src = address;
  else
    blob(context, file.id).then(
      (bytes) => {
        image.src = URL.createObjectURL(bytes);
      },
      () => image.onerror?.(""),
    );
  return element;
}

/** Plays sound or film above its card. Nothing is fetched before somebody wants to hear or see it. */
function player(context: Context, { id, name, type }: Attachment): HTMLElement {
  const tag = type.slice(0, 5) as "audio" | "video";
  const label = h("span.nm", {}, h("b", {}, T.play, h("span.sr", {}, " ", name)));
  const start = h("button.fi", { onclick: play }, h("span.th", {}, icon(PLAY)), label);
  const element = h("div.pl", {}, start);

  async function play(): Promise<void> {
    start.disabled = true;
    const bytes = await blob(context, id).catch(() => null);
    if (!bytes) return broken();
    const src = URL.createObjectURL(bytes);
    const media = h(tag, {
      controls: true,
      autoplay: true,
      playsInline: true,
      "aria-label": name,
      onerror: broken,
      src,
    });
    element.replaceChildren(media);
    media.focus();
  }

  function broken(): void {
    element.replaceChildren(h("span", { role: "status" }, T.notPlayed));
  }

  return element;
}

function card(context: Context, id: string, file?: Attachment): HTMLElement {
  const name = file?.name ?? T.file;
  const verb = h("span.sr", {}, T.download, " ");
  const about = h(
    "span.nm",
    {},
    verb,
    h("b", { dir: "auto" }, name),
    h("span", {}, file && T.size(file.size)),
  );
  return h("button.fi", { onclick: () => save(context, id, name) }, h("span.th", {}, icon(CLIP)), about);
}

/** Addresses of members' pictures by their names. */
const faces = new Map<string, Promise<string>>();

/** Shows a member's picture in a round one once it is there; the letter below stays for those who cannot have it. */
export async function face({ host }: Context, round: HTMLElement, name = ""): Promise<void> {
  if ((round.dataset.face ?? "") === name) return;
  const image = h("img", { alt: "" });
  image.onerror = () => image.remove();
  round.dataset.face = name;
  round.querySelector("img")?.remove();
  if (!name) return;
  if (!faces.has(name)) faces.set(name, picked(`${host.origin}/api/v1/avatars/${name}`));
  const address = await faces.get(name);
  // Somebody else may have taken over meanwhile.
  if (!address || round.dataset.face !== name) return;
  image.src = address;
  round.prepend(image);
}

/** Answers an address of this tab; empty when there is nothing. */
async function picked(url: string): Promise<string> {
  const answer = await fetch(url, { credentials: "omit" }).catch(() => null);
  return answer?.ok ? URL.createObjectURL(await answer.blob()) : "";
}

/** Saves a file; it is never opened as a page. */
async function save(context: Context, id: string, name: string): Promise<void> {
  const bytes = await blob(context, id).catch(() => null);
  if (!bytes) return;
  const address = URL.createObjectURL(bytes);
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

async function blob(context: Context, id: string): Promise<Blob> {
  const answer = await fetch(url(context, `files/${id}`), { headers: { authorization: bearer(context) } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.blob();
}

function url({ host }: Context, path: string): string {
  return `${host.origin}/api/v1/widget/${path}?channel=${encodeURIComponent(host.channel)}`;
}

function bearer({ host }: Context): string {
  return `Bearer ${host.store.get("token")}`;
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
