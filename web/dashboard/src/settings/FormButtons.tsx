// The end of a form.
import { common } from "../../../shared/src/text.ts";

interface FormButtonsProps {
  /** What sending it does, if that is not to save. */
  submit?: string;
  onCancel: () => void;
}

export function FormButtons({ submit = common.save, onCancel }: FormButtonsProps) {
  return (
    <div class="btns">
      <button type="submit" class="btn primary">
        {submit}
      </button>
      <button type="button" class="btn" onClick={onCancel}>
        {common.cancel}
      </button>
    </div>
  );
}
