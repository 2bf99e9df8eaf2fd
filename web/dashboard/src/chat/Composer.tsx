// Where a reply or a note is written.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { systemClock } from "../../../shared/src/clock.ts";
import type { Row } from "../../../shared/src/protocol.gen.ts";
import { cards as cardWords } from "../../../shared/src/text/cards.ts";
import { composer, files } from "../../../shared/src/text.ts";
import { allReady, attach, attaching, takeReady } from "../files/attaching.ts";
import { PickFiles } from "../files/PickFiles.tsx";
import { Tray } from "../files/Tray.tsx";
import { MOST } from "../files/upload.ts";
import { loadCanned } from "../state/canned.ts";
import { cardDrafts, fits, setCardDrafts } from "../state/cardDrafts.ts";
import { online, tell } from "../state/connection.ts";
import { type DraftKind, draft, draftKind, setDraft } from "../state/drafts.ts";
import { enterSends } from "../state/keys.ts";
import { notify } from "../state/notices.ts";
import { post } from "../state/outbox.ts";
import { channelOf, scopeOf } from "../state/scopes.ts";
import { me } from "../state/session.ts";
import { Icon } from "../ui/Icon.tsx";
import { CardButton, CardForm, CardTray } from "./CardTray.tsx";
import { nextBlank } from "./canned.ts";
import { EmojiButton } from "./EmojiButton.tsx";
import { mentionsIn } from "./mentions.ts";
import { offerFor } from "./offers.ts";
import { ReplyWindow } from "./ReplyWindow.tsx";
import { Suggest, suggestId } from "./Suggest.tsx";
import { customerName, firstName } from "./who.ts";

/** Characters that the server takes in one message. */
const LONGEST = 10_000;
const TALLEST = 240;
/** "Still typing" is said this often, and "stopped" after this long without a key, in milliseconds. */
const TYPING_EVERY = 3_000;
const TYPING_STOPS = 4_000;

interface Props {
  row: Row;
  kinds: readonly DraftKind[];
  /** Sending claims the conversation. */
  claims?: boolean;
}

export function Composer({ row, kinds, claims }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const wanted = draftKind.value[row.id] ?? "reply";
  const kind = kinds.includes(wanted) ? wanted : (kinds[0] ?? "note");
  const text = draft(row.id, kind);
  const attached = attaching(row.id, kind);
  const cards = kind === "reply" ? cardDrafts(row.id) : [];
  const something = text.trim() || attached.length || cards.length;
  const ready = allReady(row.id, kind);
  const typing = useTyping(row.id, kind);

  useLayoutEffect(() => {
    const box = field.current;
    if (!box) return;
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, TALLEST)}px`;
  }, [text, kind]);

  const put = (words: string, to?: number) => {
    setDraft(row.id, kind, words);
    const [from, until] = to === undefined ? nextBlank(words) : [to, to];
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(from, until);
    });
  };
  const [shut, setShut] = useState("");
  const [active, setActive] = useState({ key: "", index: 0 });
  const [caret, setCaret] = useState(0);
  const wants = offerFor(row, kind, text, Math.min(caret, text.length), put);
  const offer = wants?.key === shut ? null : wants;
  // What was chosen among other things offered does not count.
  const at = active.key === offer?.key ? Math.min(active.index, offer.items.length - 1) : 0;
  const choose = (index: number) => setActive({ key: offer?.key ?? "", index });
  const slashed = kind === "reply" && text.startsWith("/");
  const home = scopeOf(row)?.id;
  useEffect(() => {
    // Failing to read them leaves those that are known.
    if (slashed && home) loadCanned(home).catch(() => {});
  }, [slashed, home]);

  const turnTo = (next: DraftKind) => {
    draftKind.value = { ...draftKind.value, [row.id]: next };
    field.current?.focus();
  };

  const send = () => {
    const words = draft(row.id, kind).trim();
    if (!ready || !something) return;
    const pictures = cards.filter(({ file }) => file);
    const problem =
      ([...words].length > LONGEST && composer.tooLong(LONGEST)) ||
      (!fits(words, cards) && cardWords.tooMuch) ||
      (attached.length + pictures.length > MOST && files.tooMany(MOST));
    if (problem) {
      notify(problem);
      return;
    }
    setDraft(row.id, kind, "");
    typing.stopped();
    const mentions = kind === "note" ? mentionsIn(words, scopeOf(row)?.members ?? []) : [];
    if (cards.length) setCardDrafts(row.id, []);
    post(row.id, kind, words, { mentions, attachments: takeReady(row.id, kind), cards });
    field.current?.focus();
  };

  /** Puts this where the cursor is, in place of what is selected. */
  const insert = (piece: string) => {
    const box = field.current;
    if (!box) return;
    box.focus();
    box.setRangeText(piece, box.selectionStart, box.selectionEnd, "end");
    setDraft(row.id, kind, box.value);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (offer && steer(event)) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (event.key !== "Enter") return;
    const newLine = !enterSends.peek() || event.shiftKey || matchMedia("(pointer: coarse)").matches;
    if (newLine && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    send();
  };

  /** Keys that belong to the offer while it is shown. */
  const steer = ({ key, shiftKey }: KeyboardEvent): boolean => {
    const count = offer?.items.length ?? 0;
    if (key === "ArrowDown") choose((at + 1) % count);
    else if (key === "ArrowUp") choose((at + count - 1) % count);
    else if (key === "Escape") setShut(offer?.key ?? "");
    else if ((key === "Enter" && !shiftKey) || key === "Tab") offer?.items[at]?.take();
    else return false;
    return true;
  };

  const note = kind === "note";
  const customer = firstName(customerName(row));
  const label = note ? composer.addNote : claims ? composer.sendAndClaim : composer.send;
  return (
    <>
      <div class={note ? "comp noted" : "comp"}>
        {!note && isMessaging(row) && <ReplyWindow row={row} onTake={put} />}
        {offer && <Suggest offer={offer} active={at} onActive={choose} />}
        <div
          class="tabs"
          role="tablist"
          aria-label={composer.kind}
          onKeyDown={(event) => arrows(event, turnTo)}
        >
          {(["reply", "note"] as const).map((each) => (
            <button
              key={each}
              type="button"
              role="tab"
              id={`tab-${each}`}
              aria-controls="composer"
              aria-selected={each === kind}
              tabIndex={each === kind ? 0 : -1}
              disabled={!kinds.includes(each)}
              onClick={() => turnTo(each)}
            >
              {each === "reply" ? composer.reply : composer.note}
            </button>
          ))}
          <span class="to trunc hide-m">
            {note
              ? composer.onlyTeam
              : composer.seenAs(customer, firstName(me.value?.name ?? ""), scopeOf(row)?.name ?? "")}
          </span>
        </div>
        <div role="tabpanel" id="composer" aria-labelledby={`tab-${kind}`}>
          <Tray conversation={row.id} kind={kind} />
          {!note && <CardTray conversation={row.id} />}
          <textarea
            ref={field}
            id="write"
            rows={2}
            dir="auto"
            aria-label={note ? composer.note : composer.reply}
            placeholder={note ? composer.writeNote : composer.writeReply}
            aria-autocomplete="list"
            aria-controls={offer ? suggestId : undefined}
            aria-activedescendant={offer ? `${suggestId}-${at}` : undefined}
            value={text}
            onInput={(event) => {
              setDraft(row.id, kind, event.currentTarget.value);
              setCaret(event.currentTarget.selectionStart);
              setShut("");
              typing.typed(event.currentTarget.value);
            }}
            onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
            onPaste={(event) => {
              const files = [...(event.clipboardData?.files ?? [])];
              if (!files.length) return;
              event.preventDefault();
              attach(row.id, kind, files);
            }}
            onBlur={typing.stopped}
            onKeyDown={onKeyDown}
          />
          <div class="ctool">
            <PickFiles onFiles={(files) => attach(row.id, kind, files)} />
            <EmojiButton onPick={insert} />
            {!note && (
              <>
                <CardButton />
                <button
                  type="button"
                  class="icon sm"
                  aria-label={composer.insertCanned}
                  title={composer.insertCanned}
                  disabled={text.trim() !== ""}
                  onClick={() => {
                    setShut("");
                    put("/");
                  }}
                >
                  <Icon name="slash" />
                </button>
                <span class="hint hide-m" aria-hidden="true">
                  <kbd>/</kbd> {composer.cannedHint}
                </span>
              </>
            )}
            <span class="grow" />
            <button type="button" class="btn primary" disabled={!ready || !something} onClick={send}>
              {label}
              <kbd class="hide-m">{enterSends.value ? "↵" : "Ctrl ↵"}</kbd>
            </button>
          </div>
        </div>
      </div>
      {!note && <CardForm conversation={row.id} />}
    </>
  );
}

/** By a platform that may limit answers, and not by a widget. */
function isMessaging(row: Row): boolean {
  const kind = channelOf(row)?.kind;
  return kind !== undefined && kind !== "widget";
}

function arrows(event: KeyboardEvent, choose: (kind: DraftKind) => void): void {
  if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
  const tabs = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLButtonElement>("[role=tab]")];
  const other = tabs.find((tab) => tab.getAttribute("aria-selected") === "false" && !tab.disabled);
  if (!other) return;
  event.preventDefault();
  event.stopPropagation();
  choose(other.id === "tab-note" ? "note" : "reply");
  other.focus();
}

/** Tells the customer that somebody writes: replies only. */
function useTyping(conversation: string, kind: DraftKind) {
  const state = useRef({ saidAt: 0, cancel: () => {} }).current;
  const stopped = () => {
    state.cancel();
    if (!state.saidAt) return;
    state.saidAt = 0;
    if (online.peek()) tell({ type: "typing", conversation, on: false });
  };
  const typed = (text: string) => {
    if (kind !== "reply" || !text) {
      stopped();
      return;
    }
    state.cancel();
    state.cancel = systemClock.after(TYPING_STOPS, stopped);
    if (systemClock.now() - state.saidAt < TYPING_EVERY || !online.peek()) return;
    state.saidAt = systemClock.now();
    tell({ type: "typing", conversation, on: true });
  };
  useEffect(() => stopped, [conversation, kind]);
  return { typed, stopped };
}
