// No conversation is open.
import { empty } from "../../../shared/src/text.ts";
import { go } from "../router.ts";
import { view } from "../state/ended.ts";
import { helpShown } from "../state/keys.ts";
import { allSections, loaded } from "../state/rows.ts";
import { Icon } from "../ui/Icon.tsx";

export function NoChat() {
  if (!loaded.value) return null;
  const { unassigned, ai } = allSections.value;
  const longest = unassigned[0];
  const newestAi = ai[0];
  const ended = view.value === "terminated";
  const title = ended ? empty.endedTitle : longest ? empty.waitingTitle(unassigned.length) : empty.title;
  const lead = ended
    ? empty.endedLead
    : longest
      ? empty.waitingLead
      : newestAi
        ? empty.withAi(ai.length)
        : empty.nobody;
  return (
    <div class="empty">
      <Picture />
      <h2>{title}</h2>
      <p>{lead}</p>
      <div class="btns">
        {!ended && longest && (
          <button type="button" class="btn" onClick={() => go(`/chats/${longest.id}`)}>
            {empty.openLongest}
          </button>
        )}
        {!ended && !longest && newestAi && (
          <button type="button" class="btn" onClick={() => go(`/chats/${newestAi.id}`)}>
            {empty.openNewestAi}
          </button>
        )}
        <button
          type="button"
          class="btn ghost"
          onClick={() => {
            helpShown.value = true;
          }}
        >
          <Icon name="keys" size="m" />
          {empty.shortcuts}
          <kbd>?</kbd>
        </button>
      </div>
    </div>
  );
}

function Picture() {
  return (
    <svg class="picture" width="132" height="96" viewBox="0 0 132 96" aria-hidden="true">
      <path class="ground" d="M8 86h116" />
      <rect class="bubble" x="20" y="16" width="64" height="44" rx="10" />
      <path class="bubble" d="M34 60v12l12-12" />
      <path class="tick" d="m40 38 8 8 16-17" />
      <path class="plant" d="M92 86c0-14 3-26 12-34M92 86c-1-9-5-16-12-20M92 86c2-9 8-15 18-16" />
      <path class="pot" d="M84 86h16l-2 8H86z" />
    </svg>
  );
}
