// Asks before customers are erased by their age: what goes then cannot be had back.
import { scopeSettings as words } from "../../../shared/src/text/settings.ts";
import { common } from "../../../shared/src/text.ts";
import { Dialog } from "../ui/Dialog.tsx";

interface Props {
  days: number;
  onConfirm: () => void;
  onClose: () => void;
}

export function KeepDialog({ days, onConfirm, onClose }: Props) {
  return (
    <Dialog role="alertdialog" title={words.keepTitle(days)} lead={words.keepLead} onClose={onClose}>
      <div class="act">
        <button type="button" class="btn" autofocus onClick={onClose}>
          {common.cancel}
        </button>
        <button type="button" class="btn danger" onClick={onConfirm}>
          {words.keepConfirm}
        </button>
      </div>
    </Dialog>
  );
}
