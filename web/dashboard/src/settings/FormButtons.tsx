// The end of a form.
import type { ComponentChildren } from "preact";
import { common } from "../../../shared/src/text.ts";

interface FormButtonsProps {
  /** What sending it does, if that is not to save. */
  submit?: string;
  /** What was entered is being worked on. */
  busy?: boolean;
  /** Forms that are always there cannot be left. */
  onCancel?: () => void;
  /** Stands behind the buttons. */
  children?: ComponentChildren;
}

export function FormButtons({ submit = common.save, busy = false, onCancel, children }: FormButtonsProps) {
  return (
    <div class="btns">
      <button type="submit" class="btn primary" disabled={busy}>
        {submit}
      </button>
      {onCancel && (
        <button type="button" class="btn" onClick={onCancel}>
          {common.cancel}
        </button>
      )}
      {children}
    </div>
  );
}
