// The notice at the corner.
import { common } from "../../../shared/src/text.ts";
import { dismiss, notice } from "../state/notices.ts";

export function Toast() {
  return (
    <div role="status" class="toasts">
      {notice.value && (
        <div class="toast">
          <span>{notice.value}</span>
          <button type="button" onClick={dismiss}>
            {common.close}
          </button>
        </div>
      )}
    </div>
  );
}
