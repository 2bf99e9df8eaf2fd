// What stands in the form of a card, and the card that becomes of it. Pure. The limits are the server's (src/domain/card.rs).
import type { Attachment, Button, Card } from "../../../../shared/src/protocol.gen.ts";
import type { CardDraft } from "../../state/cardDrafts.ts";

/** Cards of one message, buttons of one card. */
export const CARDS = 10;
export const BUTTONS = 3;
/** Characters, but bytes of an address. */
export const LIMITS = { title: 80, text: 500, alt: 200, label: 40, said: 500, url: 2_000 };

export interface Entered {
  title: string;
  text: string;
  picture: "none" | "address" | "file";
  url: string;
  alt: string;
  file: Attachment | null;
  /** The server keeps the file until then, UTC milliseconds. */
  until: number;
  buttons: readonly EnteredButton[];
}

export interface EnteredButton {
  kind: Button["kind"];
  label: string;
  /** What a reply says. */
  said: string;
  /** What a link opens. */
  url: string;
}

export const blankButton: EnteredButton = { kind: "reply", label: "", said: "", url: "" };
export const blank: Entered = {
  title: "",
  text: "",
  picture: "none",
  url: "",
  alt: "",
  file: null,
  until: 0,
  buttons: [],
};

/** What is wrong with one field: `title`, `buttons.0.url`. */
export interface Problem {
  field: string;
  kind: "missing" | "tooLong" | "notHttps" | "noFile";
  max: number;
}

export function entered({ card, file, until }: CardDraft): Entered {
  const { title, text = "", image, buttons = [] } = card;
  return {
    title,
    text,
    picture: image?.url ? "address" : image?.file ? "file" : "none",
    url: image?.url ?? "",
    alt: image?.alt ?? "",
    file: file ?? null,
    until: until ?? 0,
    buttons: buttons.map((button) => ({
      ...blankButton,
      kind: button.kind,
      label: button.title,
      ...(button.kind === "link" ? { url: button.url } : { said: button.text ?? "" }),
    })),
  };
}

/** The card; parts that are missing or wrong are left out, so that it can be shown while it is being written. */
export function draftOf(form: Entered): CardDraft {
  const { picture, file, until } = form;
  const [text, alt] = [clean(form.text), clean(form.alt)];
  const shown = alt ? { alt } : {};
  const card: Card = { title: clean(form.title), ...(text ? { text } : {}) };
  if (picture === "address" && isHttps(form.url.trim())) card.image = { url: form.url.trim(), ...shown };
  if (picture === "file" && file) card.image = { file: file.id, ...shown };
  const buttons = form.buttons.flatMap(buttonOf);
  if (buttons.length) card.buttons = buttons;
  return picture === "file" && file ? { card, file, until } : { card };
}

function buttonOf({ kind, label, said, url }: EnteredButton): Button[] {
  const [title, text, address] = [clean(label), clean(said), url.trim()];
  if (!title) return [];
  if (kind === "reply") return [{ kind, title, ...(text ? { text } : {}) }];
  return isHttps(address) ? [{ kind, title, url: address }] : [];
}

/** What the server would refuse, in the order of the fields. */
export function problemsOf(form: Entered): Problem[] {
  const found: Problem[] = [];
  const add = (field: string, kind: Problem["kind"], max = 0) => found.push({ field, kind, max });
  const length = (field: string, text: string, max: number) => {
    if ([...clean(text)].length > max) add(field, "tooLong", max);
  };
  const line = (field: string, text: string, max: number) => {
    if (!clean(text)) add(field, "missing");
    else length(field, text, max);
  };
  const address = (field: string, text: string) => {
    const url = text.trim();
    if (!url) add(field, "missing");
    else if (!isHttps(url)) add(field, "notHttps");
    else if (new TextEncoder().encode(url).length > LIMITS.url) add(field, "tooLong", LIMITS.url);
  };
  line("title", form.title, LIMITS.title);
  length("text", form.text, LIMITS.text);
  if (form.picture === "address") address("url", form.url);
  if (form.picture === "file" && !form.file) add("file", "noFile");
  if (form.picture !== "none") length("alt", form.alt, LIMITS.alt);
  form.buttons.forEach(({ kind, label, said, url }, at) => {
    line(`buttons.${at}.label`, label, LIMITS.label);
    if (kind === "link") address(`buttons.${at}.url`, url);
    else length(`buttons.${at}.said`, said, LIMITS.said);
  });
  return found;
}

/** Without control characters, which the server refuses and nobody sees, and blanks around it. */
function clean(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, "").trim();
}

/** An https address as the server has it: with a host, without a user before it, blanks or quotes in it. */
export function isHttps(url: string): boolean {
  const host = /^https:\/\/([^/?#]+)/.exec(url)?.[1];
  return !!host && !host.includes("@") && !/[\s\p{Cc}"<>\\]/u.test(url) && URL.canParse(url);
}
