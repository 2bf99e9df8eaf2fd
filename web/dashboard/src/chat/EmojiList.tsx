// Small pictures to choose from, in rows of eight. Screen readers know their names.
import { useLayoutEffect, useRef } from "preact/hooks";
import { composer } from "../../../shared/src/text.ts";

const ROW = 8;
const ALL = [
  ..."🙂😀😄😁😂😊😉😍😘🤗🤔😮😅😇😎🥳😐😕😟😢😭😡🥺😴🙈🤷🤦🙏👍👎👌👏🙌💪🤝👋✋👀💡✅❌❗❓⭐🎉🎁🔥🚀📦📄📎📅📞📷💬💳💶🏠🚚🌍🌱🌸🍀🎂",
];
const HEARTS = ["❤️", "☀️", "✔️", "⚠️", "ℹ️", "✉️", "⏳", "⏰"];

export interface EmojiListProps {
  onPick: (emoji: string) => void;
  /** `giveBack`: the focus goes back to the button. */
  onClose: (giveBack: boolean) => void;
}

export function EmojiList({ onPick, onClose }: EmojiListProps) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => box.current?.querySelector("button")?.focus(), []);

  const onKeyDown = (event: KeyboardEvent) => {
    const all = [...(box.current?.querySelectorAll("button") ?? [])];
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    const forward = getComputedStyle(box.current as Element).direction === "rtl" ? -1 : 1;
    const steps = { ArrowRight: forward, ArrowLeft: -forward, ArrowDown: ROW, ArrowUp: -ROW };
    const step = steps[event.key as keyof typeof steps];
    if (step) all[Math.min(all.length - 1, Math.max(0, at + step))]?.focus();
    else if (event.key === "Escape") onClose(true);
    else {
      if (event.key === "Tab") onClose(false);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div ref={box} class="emoji" role="dialog" aria-label={composer.emoji} onKeyDown={onKeyDown}>
      {[...ALL, ...HEARTS].map((emoji, at) => (
        <button key={emoji} type="button" tabIndex={at ? -1 : 0} onClick={() => onPick(emoji)}>
          {emoji}
        </button>
      ))}
    </div>
  );
}
