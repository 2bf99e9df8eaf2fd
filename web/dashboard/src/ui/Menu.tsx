// A button that opens a menu. Arrows move, Escape closes and gives the focus back, a click elsewhere closes.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";

interface MenuProps {
  class: string;
  /** Where the menu opens. */
  place: "below" | "above" | "below-end";
  label?: string;
  title?: string;
  button: ComponentChildren;
  children: ComponentChildren;
  disabled?: boolean;
}

export function Menu({ class: look, place: where, label, title, button, children, disabled }: MenuProps) {
  const [open, setOpen] = useState(false);
  const [spot, setSpot] = useState<Spot>({});
  const box = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const id = useId();

  const close = (giveBack: boolean) => {
    setOpen(false);
    if (giveBack) opener.current?.focus();
  };

  useEffect(() => {
    if (!open) return;
    entries(box.current)[0]?.focus();
    const outside = (event: Event) => {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    };
    const place = () => opener.current && setSpot(spotFor(opener.current, where));
    document.addEventListener("pointerdown", outside);
    window.addEventListener("resize", place);
    return () => {
      document.removeEventListener("pointerdown", outside);
      window.removeEventListener("resize", place);
    };
  }, [open]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (!open) return;
    const all = entries(box.current);
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) {
      all[(to + all.length) % all.length]?.focus();
    } else if (event.key === "Escape") {
      close(true);
    } else {
      if (event.key === "Tab") setOpen(false);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys are handled here for the button and its menu alike
    <div class="menu" ref={box} onKeyDown={onKeyDown}>
      <button
        ref={opener}
        type="button"
        class={look}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        aria-label={label}
        title={title}
        disabled={disabled}
        onClick={() => {
          if (opener.current) setSpot(spotFor(opener.current, where));
          setOpen(!open);
        }}
      >
        {button}
      </button>
      {open && (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the entries are buttons; a click on any of them closes
        <div
          id={id}
          class="pop"
          style={spot}
          role="menu"
          aria-label={label ?? title}
          onClick={() => close(true)}
        >
          {children}
        </div>
      )}
    </div>
  );
}

type Spot = { top?: string; bottom?: string; left?: string; right?: string };

/** Distance from the button and from the edge of the window, in pixels. */
const GAP = 4;
const EDGE = 8;

/** Menus are placed in the window, so that no scrolling column cuts them off. */
function spotFor(button: HTMLElement, place: MenuProps["place"]): Spot {
  const box = button.getBoundingClientRect();
  const { clientWidth: width, clientHeight: height } = document.documentElement;
  const rtl = getComputedStyle(button).direction === "rtl";
  const fromRight = (place === "below-end") !== rtl || box.left > width / 2;
  return {
    ...(place === "above" ? { bottom: `${height - box.top + GAP}px` } : { top: `${box.bottom + GAP}px` }),
    ...(fromRight
      ? { right: `${Math.max(EDGE, width - box.right)}px` }
      : { left: `${Math.max(EDGE, box.left)}px` }),
  };
}

interface ItemProps {
  children: ComponentChildren;
  /** Given for one of several choices. */
  checked?: boolean;
  disabled?: boolean;
  onSelect: () => void;
}

export function MenuItem({ children, checked, disabled, onSelect }: ItemProps) {
  const role = checked === undefined ? "menuitem" : "menuitemradio";
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: the role is menuitemradio whenever it is given
    <button
      type="button"
      class="opt"
      role={role}
      aria-checked={checked}
      tabIndex={-1}
      disabled={disabled}
      onClick={onSelect}
    >
      {children}
    </button>
  );
}

export function MenuGroup({ label, children }: { label: string; children: ComponentChildren }) {
  const id = useId();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is no part of a menu
    <div role="group" aria-labelledby={id} class="optgroup">
      <div id={id} class="opthead">
        {label}
      </div>
      {children}
    </div>
  );
}

function entries(box: HTMLElement | null): HTMLElement[] {
  return [...(box?.querySelectorAll<HTMLElement>('[role^="menuitem"]:not([disabled])') ?? [])];
}
