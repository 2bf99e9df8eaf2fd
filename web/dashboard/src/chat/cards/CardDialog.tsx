// The form in which a member makes cards for the next reply, beside a picture of what the customer will get.
import { useEffect, useRef, useState } from "preact/hooks";
import { cardForm as words } from "../../../../shared/src/text/cardForm.ts";
import { cards as shared } from "../../../../shared/src/text/cards.ts";
import { common } from "../../../../shared/src/text.ts";
import { type CardDraft, cardDrafts, setCardDrafts } from "../../state/cardDrafts.ts";
import { Dialog } from "../../ui/Dialog.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Cards } from "../Cards.tsx";
import { CardFields } from "./CardFields.tsx";
import "./cards.css";
import { blank, CARDS, draftOf, type Entered, entered, problemsOf } from "./draft.ts";
import { ownPicture } from "./PictureFields.tsx";

export interface CardDialogProps {
  conversation: string;
  /** The card to begin with, counted from 0. */
  at: number;
  onClose: () => void;
}

/** What was being entered when the form was left, by conversation: it comes back unless the cards have changed meanwhile. */
const left = new Map<string, { cards: string; forms: readonly Entered[] }>();

export function CardDialog({ conversation, at, onClose }: CardDialogProps) {
  const box = useRef<HTMLFormElement>(null);
  const [forms, setForms] = useState(() => begin(conversation));
  const [shown, setShown] = useState(at);
  /** How often it was tried to be done: from the first time on it is said what is wrong. */
  const [tried, setTried] = useState(0);
  const current = Math.min(shown, forms.length - 1);
  const form = forms[current] ?? blank;

  useEffect(() => {
    if (tried) box.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
  }, [tried]);

  const change = (next: readonly Entered[]) => {
    left.set(conversation, { cards: JSON.stringify(cardDrafts(conversation)), forms: next });
    setForms(next);
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const wrong = forms.findIndex((one) => problemsOf(one).length > 0);
    if (wrong >= 0) {
      setShown(wrong);
      setTried(tried + 1);
      return;
    }
    finish(forms.map(draftOf));
  };
  const finish = (cards: readonly CardDraft[]) => {
    setCardDrafts(conversation, cards);
    left.delete(conversation);
    onClose();
  };
  const remove = () => {
    const others = forms.filter((_, other) => other !== current);
    if (others.length) {
      change(others);
      setShown(Math.max(0, current - 1));
      return;
    }
    finish([]);
  };
  const problem = (field: string) => {
    const found = tried ? problemsOf(form).find((one) => one.field === field) : undefined;
    if (!found) return "";
    return found.kind === "tooLong" ? words.tooLong(found.max) : words[found.kind];
  };

  return (
    <Dialog title={shared.cards} wide onClose={onClose}>
      <div class="cardtabs">
        {forms.map((_, index) => (
          <button
            key={`${index}`}
            type="button"
            class="btn small"
            aria-pressed={index === current}
            onClick={() => setShown(index)}
          >
            {words.card(index + 1)}
          </button>
        ))}
        {forms.length < CARDS && (
          <button
            type="button"
            class="btn small ghost"
            onClick={() => {
              change([...forms, blank]);
              setShown(forms.length);
            }}
          >
            <Icon name="plus" size="s" />
            {words.add}
          </button>
        )}
      </div>
      <form class="cardform" ref={box} noValidate onSubmit={submit}>
        <CardFields
          key={`${current}`}
          conversation={conversation}
          form={form}
          onChange={(changes) =>
            change(forms.map((one, other) => (other === current ? { ...one, ...changes } : one)))
          }
          problem={problem}
        />
        <section class="cardlook" aria-label={words.preview}>
          <h3>{words.preview}</h3>
          <Cards cards={[draftOf(form).card]} urlOf={ownPicture} />
        </section>
        <div class="act">
          <button type="button" class="btn remove" onClick={remove}>
            {words.removeCard}
          </button>
          <button type="button" class="btn" onClick={onClose}>
            {common.close}
          </button>
          <button type="submit" class="btn primary">
            {words.done}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function begin(conversation: string): readonly Entered[] {
  const drafts = cardDrafts(conversation);
  const before = left.get(conversation);
  if (before?.cards === JSON.stringify(drafts)) return before.forms;
  return drafts.length ? drafts.map(entered) : [blank];
}
