// A modal dialog. The browser keeps the focus inside and gives it back afterwards.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

interface Props {
  role?: "dialog" | "alertdialog";
  title: string;
  /** Said with the title by screen readers. */
  lead?: string;
  wide?: boolean;
  onClose: () => void;
  onKeyDown?: (event: KeyboardEvent) => void;
  /** Beside the title. */
  corner?: ComponentChildren;
  children: ComponentChildren;
}

export function Dialog({ role = "dialog", title, lead, wide, onClose, onKeyDown, corner, children }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const opener = document.activeElement as HTMLElement | null;
    const dialog = element.current;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (opener?.isConnected) opener.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      role={role}
      class={wide ? "dlg wide" : "dlg"}
      aria-labelledby={`${id}t`}
      aria-describedby={lead ? `${id}l` : undefined}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onKeyDown={(event) => {
        event.stopPropagation();
        onKeyDown?.(event);
      }}
    >
      <div class="dlghead">
        <h2 id={`${id}t`}>{title}</h2>
        {corner}
      </div>
      {lead && (
        <p id={`${id}l`} class="lead">
          {lead}
        </p>
      )}
      {children}
    </dialog>
  );
}
