// Active or Terminated.
import { frame } from "../../../shared/src/text.ts";
import { go, path } from "../router.ts";
import { view } from "../state/ended.ts";
import { counts } from "../state/rows.ts";

export function ViewTabs({ place }: { place: "sidebar" | "list" }) {
  const choose = (next: "active" | "terminated") => {
    view.value = next;
    if (path.peek() !== "/") go("/");
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset brings a border and a legend that nobody needs here
    <div class={place === "list" ? "seg only-s" : "seg"} role="group" aria-label={frame.state}>
      <button type="button" aria-pressed={view.value === "active"} onClick={() => choose("active")}>
        {frame.active} <span class="mut">{counts.value[""]}</span>
      </button>
      <button type="button" aria-pressed={view.value === "terminated"} onClick={() => choose("terminated")}>
        {frame.terminated}
      </button>
    </div>
  );
}
