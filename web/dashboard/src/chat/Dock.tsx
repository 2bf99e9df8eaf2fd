// Under the transcript stands exactly one of: composer, join panel, activate panel, notice with composer.
import { signal } from "@preact/signals";
import type { Row } from "../../../shared/src/protocol.gen.ts";
import { activate, common, composer, join } from "../../../shared/src/text.ts";
import { go } from "../router.ts";
import { acting, activateChat, activeInstead, joinChat, takeOver } from "../state/actions.ts";
import { online } from "../state/connection.ts";
import { type DraftKind, draft, draftKind, setDraft } from "../state/drafts.ts";
import { claimLost, forgetLostClaim, post } from "../state/outbox.ts";
import { supervises } from "../state/scopes.ts";
import { sectionOf } from "../state/sections.ts";
import { me } from "../state/session.ts";
import { Icon } from "../ui/Icon.tsx";
import { Composer } from "./Composer.tsx";
import { exportTranscript } from "./MoreMenu.tsx";
import { customerName, firstName } from "./who.ts";

/** The chat with the AI to which a note is being written. */
export const noteTo = signal<string | null>(null);

/** What files dropped on the chat would go with; none while nothing can be written. */
export function writingKind(row: Row): DraftKind | null {
  const section = sectionOf(row, me.value?.id ?? "");
  if (section === null) return null;
  if (section === "ai") return noteTo.value === row.id || draft(row.id, "note") ? "note" : null;
  return section === "assigned" ? "note" : (draftKind.value[row.id] ?? "reply");
}

export function Dock({ row }: { row: Row }) {
  const section = sectionOf(row, me.value?.id ?? "");
  if (section === null) return <ActivatePanel row={row} />;
  if (section === "ai" && noteTo.value !== row.id && !draft(row.id, "note")) return <JoinPanel row={row} />;
  if (section === "ai") {
    return (
      <div class="dock">
        <div class="strip ai">
          <Icon name="spark" size="m" />
          <span class="grow">{join.noteOnly}</span>
          <button
            type="button"
            class="btn small"
            disabled={!online.value || acting.value !== null}
            onClick={() => joinChat(row.id)}
          >
            {join.button}
          </button>
        </div>
        <Composer row={row} kinds={["note"]} />
      </div>
    );
  }
  const lost = claimLost.value[row.id];
  return (
    <div class="dock">
      {section === "unassigned" && (
        <div class="strip">
          <Icon name="hand" size="m" />
          <span class="grow">
            <b>{composer.unassigned}</b> {composer.unassignedHelp}
          </span>
        </div>
      )}
      {section === "assigned" && lost && <LostStrip row={row} winner={firstName(lost.name)} />}
      {section === "assigned" && !lost && (
        <div class="strip neutral">
          <Icon name="user" size="m" />
          <span class="grow">
            <b>{composer.assignedTo(firstName(row.assignee?.name ?? ""))}</b> {composer.assignedHelp}
          </span>
          <AskOrTake row={row} />
        </div>
      )}
      <Composer
        row={row}
        kinds={section === "assigned" ? ["note"] : ["reply", "note"]}
        claims={section === "unassigned"}
      />
    </div>
  );
}

function LostStrip({ row, winner }: { row: Row; winner: string }) {
  const kept = draft(row.id, "note") !== "";
  return (
    <div class="strip warn" role="alert">
      <Icon name="alert" size="m" />
      <span class="grow">
        <b>{composer.lost(winner)}</b> {kept && composer.lostHelp}
      </span>
      <button
        type="button"
        class="btn small"
        onClick={() => {
          setDraft(row.id, "note", "");
          forgetLostClaim(row.id);
        }}
      >
        {kept ? composer.discard : common.close}
      </button>
      <AskOrTake row={row} />
    </div>
  );
}

function AskOrTake({ row }: { row: Row }) {
  if (supervises.value) {
    return (
      <button
        type="button"
        class="btn small"
        disabled={!online.value || acting.value !== null}
        onClick={() => takeOver(row.id)}
      >
        {composer.takeOver}
      </button>
    );
  }
  return (
    <button
      type="button"
      class="btn small"
      onClick={() => {
        const mentions = row.assignee ? [row.assignee.id] : [];
        post(row.id, "note", composer.askedNote(me.value?.name ?? ""), { mentions });
        forgetLostClaim(row.id);
      }}
    >
      {composer.askTakeOver}
    </button>
  );
}

function JoinPanel({ row }: { row: Row }) {
  return (
    <div class="join">
      <p>{join.lead(firstName(customerName(row)))}</p>
      <div class="alt">
        <button
          type="button"
          class="btn primary big"
          disabled={!online.value || acting.value !== null}
          onClick={() => joinChat(row.id)}
        >
          <Icon name="hand" size="m" />
          {join.button}
          <kbd class="hide-m">J</kbd>
        </button>
        <button
          type="button"
          class="btn big"
          onClick={() => {
            draftKind.value = { ...draftKind.value, [row.id]: "note" };
            noteTo.value = row.id;
          }}
        >
          <Icon name="lock" size="m" />
          {join.addNote}
        </button>
      </div>
    </div>
  );
}

function ActivatePanel({ row }: { row: Row }) {
  const other = activeInstead.value[row.id];
  const customer = firstName(customerName(row));
  const erased = row.end_reason === "erased";
  return (
    <div class="join">
      <p>{erased ? activate.erased : other ? activate.exists(customer) : activate.lead(customer)}</p>
      <div class="alt">
        {other ? (
          <button type="button" class="btn primary big" onClick={() => go(`/chats/${other}`)}>
            {activate.openOther}
          </button>
        ) : (
          <button
            type="button"
            class="btn primary big"
            disabled={erased || !online.value || acting.value !== null}
            onClick={() => activateChat(row.id)}
          >
            <Icon name="reopen" size="m" />
            {activate.button}
            <kbd class="hide-m">A</kbd>
          </button>
        )}
        <button type="button" class="btn big" onClick={() => exportTranscript(row.id)}>
          <Icon name="download" size="m" />
          {activate.export}
        </button>
      </div>
    </div>
  );
}
