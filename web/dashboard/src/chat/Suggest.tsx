// Above the composer: what can be put in for what is being typed. The text box keeps the focus and its keys.
import { useLayoutEffect, useRef } from "preact/hooks";
import { composer as words } from "../../../shared/src/text.ts";
import { hasMoved } from "../pointer.ts";

export interface Suggestion {
  id: string;
  /** Set apart before the title. */
  code?: string;
  title: string;
  detail?: string;
  /** Puts it in. */
  take: () => void;
}

export interface Offer {
  label: string;
  /** Tells offers apart, so that one that was closed stays closed. */
  key: string;
  items: readonly Suggestion[];
}

export const suggestId = "suggest";

interface Props {
  offer: Offer;
  /** Index of the one that Enter takes. */
  active: number;
  onActive: (index: number) => void;
}

export function Suggest({ offer, active, onActive }: Props) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    box.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [active, offer.key]);
  return (
    <>
      <div ref={box} class="pop suggest" role="listbox" id={suggestId} aria-label={offer.label}>
        {offer.items.map((item, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the text box has the focus and handles the keys
          // biome-ignore lint/a11y/useFocusableInteractive: the text box points at it
          <div
            key={item.id}
            id={`${suggestId}-${index}`}
            class="opt"
            role="option"
            aria-selected={index === active}
            onPointerMove={(event) => hasMoved(event) && onActive(index)}
            onPointerDown={(event) => event.preventDefault()}
            onClick={item.take}
          >
            <b class="trunc">
              {item.code && <code>{item.code}</code>}
              <bdi>{item.title}</bdi>
            </b>
            {item.detail && (
              <span class="trunc" dir="auto">
                {item.detail}
              </span>
            )}
          </div>
        ))}
      </div>
      <span class="sr" role="status">
        {words.suggestions(offer.items.length)}
      </span>
    </>
  );
}
