// Asks before a chat is resolved. The focus starts on "Keep open", so a stray Enter does nothing.
import { resolve } from "../../../shared/src/text.ts";
import { shownOrder } from "../list/ActiveGroups.tsx";
import { focusNextRow } from "../list/focus.ts";
import { resolveChat, resolving } from "../state/actions.ts";
import { openChat } from "../state/chat.ts";
import { online } from "../state/connection.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { customerName, firstName } from "./who.ts";

export function ResolveDialog() {
  const id = resolving.value;
  const row = openChat.value?.row.value;
  if (!id || row?.id !== id || row.status !== "assigned") return null;
  const customer = firstName(customerName(row));
  const close = () => {
    resolving.value = null;
  };
  const confirm = async () => {
    const order = shownOrder();
    close();
    if (await resolveChat(id)) focusNextRow(id, order);
  };
  return (
    <Dialog
      role="alertdialog"
      title={resolve.title(customerName(row))}
      lead={resolve.lead(customer)}
      onClose={close}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) confirm();
      }}
    >
      <div class="act">
        <button type="button" class="btn" autofocus onClick={close}>
          {resolve.keepOpen}
          <kbd class="hide-m">Esc</kbd>
        </button>
        <button type="button" class="btn primary" disabled={!online.value} onClick={confirm}>
          {resolve.confirm}
          <kbd class="hide-m">Ctrl ↵</kbd>
        </button>
      </div>
    </Dialog>
  );
}
