// The notice at the corner.
import { common } from "../../../shared/src/text.ts";
import { dismiss, notice } from "../state/notices.ts";

export function Toast() {
  const shown = notice.value;
  return (
    <div role="status" class="toasts">
      {shown && (
        <div class="toast">
          <span>{shown.text}</span>
          {shown.action && (
            <button
              type="button"
              onClick={() => {
                dismiss();
                shown.action?.run();
              }}
            >
              {shown.action.name}
            </button>
          )}
          <button type="button" onClick={dismiss}>
            {common.close}
          </button>
        </div>
      )}
    </div>
  );
}
