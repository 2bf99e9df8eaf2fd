// The cards that go with the next reply, above its text. The form they are made in is fetched when it is first wanted.
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { cards as words } from "../../../shared/src/text/cards.ts";
import { failure, files, profileForm } from "../../../shared/src/text.ts";
import { cardDrafts, setCardDrafts } from "../state/cardDrafts.ts";
import { notify } from "../state/notices.ts";
import { Icon } from "../ui/Icon.tsx";
import type { CardDialogProps } from "./cards/CardDialog.tsx";

const form = signal<ComponentType<CardDialogProps> | null>(null);
/** Which card is being edited, counted from 0. */
const editing = signal<number | null>(null);

async function edit(at: number): Promise<void> {
  try {
    const { CardDialog } = await import("./cards/CardDialog.tsx");
    form.value = CardDialog;
    editing.value = at;
  } catch {
    notify(failure.other);
  }
}

export function CardTray({ conversation }: { conversation: string }) {
  const list = cardDrafts(conversation);
  if (!list.length) return null;
  const remove = (at: number) =>
    setCardDrafts(
      conversation,
      list.filter((_, other) => other !== at),
    );
  return (
    <ul class="tray" aria-label={words.cards}>
      {list.map(({ card: { title, text } }, at) => (
        <li key={`${at}`} class="att">
          <span class="grow">
            <b class="trunc" dir="auto">
              {title}
            </b>
            {text && (
              <span class="trunc" dir="auto">
                {text}
              </span>
            )}
          </span>
          <button type="button" class="btn small" aria-label={words.edit(title)} onClick={() => edit(at)}>
            {profileForm.edit}
          </button>
          <button type="button" class="icon sm" aria-label={files.remove(title)} onClick={() => remove(at)}>
            <Icon name="x" size="m" />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Stands outside the composer, whose looks are not for it. */
export function CardForm({ conversation }: { conversation: string }) {
  const Dialog = form.value;
  const at = editing.value;
  const close = () => {
    editing.value = null;
  };
  useEffect(() => close, [conversation]);
  return Dialog && at !== null ? (
    <Dialog key={conversation} conversation={conversation} at={at} onClose={close} />
  ) : null;
}

export function CardButton() {
  return (
    <button
      type="button"
      class="icon"
      aria-label={words.cards}
      title={words.cards}
      aria-haspopup="dialog"
      onClick={() => edit(0)}
    >
      <Icon name="card" />
    </button>
  );
}
