// Grey shapes where chats will be; only after a moment, so that a fast answer does not flicker.
import { common } from "../../../shared/src/text.ts";
import { useLate } from "../ui/useLate.ts";

export function ListSkeleton() {
  if (!useLate()) return null;
  return (
    <div role="status">
      <span class="sr">{common.loading}</span>
      {[0, 1, 2, 3, 4, 5].map((index) => (
        <div key={index} class="row skrow" aria-hidden="true">
          <span class="sk round" />
          <span class="sklines">
            <span class="sk w60" />
            <span class="sk w90" />
          </span>
        </div>
      ))}
    </div>
  );
}
