// The button beside the message that offers small pictures; they are fetched when it is first pressed.
import type { ComponentType } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { composer } from "../../../shared/src/text.ts";
import { notify } from "../state/notices.ts";
import { Icon } from "../ui/Icon.tsx";
import type { EmojiListProps } from "./EmojiList.tsx";

/** `onPick` puts the picture into the text and the focus where writing goes on. */
export function EmojiButton({ onPick }: { onPick: (emoji: string) => void }) {
  const [List, setList] = useState<ComponentType<EmojiListProps> | null>(null);
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!open) return;
    const outside = (event: Event) => {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open]);

  const toggle = async () => {
    try {
      const { EmojiList } = await import("./EmojiList.tsx");
      setList(() => EmojiList);
      setOpen(!open);
    } catch {
      notify(composer.emojiFailed);
    }
  };

  return (
    <div class="emoji-at" ref={box}>
      <button
        ref={opener}
        type="button"
        class="icon"
        aria-label={composer.emoji}
        title={composer.emoji}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={toggle}
      >
        <Icon name="smile" />
      </button>
      {open && List && (
        <List
          onPick={(emoji) => {
            setOpen(false);
            onPick(emoji);
          }}
          onClose={(giveBack) => {
            setOpen(false);
            if (giveBack) opener.current?.focus();
          }}
        />
      )}
    </div>
  );
}
