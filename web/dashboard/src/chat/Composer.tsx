// Where a reply or a note is written.
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { systemClock } from "../../../shared/src/clock.ts";
import type { Row } from "../../../shared/src/protocol.gen.ts";
import { composer } from "../../../shared/src/text.ts";
import { allReady, attach, attaching, takeReady } from "../files/attaching.ts";
import { PickFiles } from "../files/PickFiles.tsx";
import { Tray } from "../files/Tray.tsx";
import { online, tell } from "../state/connection.ts";
import { type DraftKind, draft, draftKind, setDraft } from "../state/drafts.ts";
import { notify } from "../state/notices.ts";
import { post } from "../state/outbox.ts";
import { scopeOf } from "../state/scopes.ts";
import { me } from "../state/session.ts";
import { EmojiButton } from "./EmojiButton.tsx";
import { firstName } from "./who.ts";

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
  const ready = allReady(row.id, kind);
  const typing = useTyping(row.id, kind);

  useLayoutEffect(() => {
    const box = field.current;
    if (!box) return;
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, TALLEST)}px`;
  }, [text, kind]);

  const choose = (next: DraftKind) => {
    draftKind.value = { ...draftKind.value, [row.id]: next };
    field.current?.focus();
  };

  const send = () => {
    const words = draft(row.id, kind).trim();
    if (!ready || !(words || attached.length)) return;
    if ([...words].length > LONGEST) {
      notify(composer.tooLong(LONGEST));
      return;
    }
    setDraft(row.id, kind, "");
    typing.stopped();
    post(row.id, kind, words, takeReady(row.id, kind));
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
    if (event.isComposing || event.key !== "Enter") return;
    const newLine = event.shiftKey || matchMedia("(pointer: coarse)").matches;
    if (newLine && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    send();
  };

  const note = kind === "note";
  const customer = firstName(row.contact.name);
  const label = note ? composer.addNote : claims ? composer.sendAndClaim : composer.send;
  return (
    <div class={note ? "comp noted" : "comp"}>
      <div
        class="tabs"
        role="tablist"
        aria-label={composer.kind}
        onKeyDown={(event) => arrows(event, choose)}
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
            onClick={() => choose(each)}
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
        <textarea
          ref={field}
          id="write"
          rows={2}
          dir="auto"
          aria-label={note ? composer.note : composer.reply}
          placeholder={note ? composer.writeNote : composer.writeReply}
          value={text}
          onInput={(event) => {
            setDraft(row.id, kind, event.currentTarget.value);
            typing.typed(event.currentTarget.value);
          }}
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
          <span class="grow" />
          <button
            type="button"
            class="btn primary"
            disabled={!ready || !(text.trim() || attached.length)}
            onClick={send}
          >
            {label}
            <kbd class="hide-m">↵</kbd>
          </button>
        </div>
      </div>
    </div>
  );
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
