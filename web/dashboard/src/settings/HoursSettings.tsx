// Opening hours: the week, closed days, and what asking for a human leads to when nobody is there.
import { useState } from "preact/hooks";
import type { Away } from "../../../shared/src/protocol.gen.ts";
import { hoursSettings as words } from "../../../shared/src/text/settings.ts";
import { common, settings as shared } from "../../../shared/src/text.ts";
import { call } from "../api.ts";
import { notify } from "../state/notices.ts";
import { renewScope } from "../state/scopes.ts";
import { Icon } from "../ui/Icon.tsx";
import { ClosedDays } from "./ClosedDays.tsx";
import {
  type Hours,
  INTERVALS_MAX,
  type Interval,
  nextInterval,
  sound,
  usualHours,
  withDay,
} from "./hours.ts";
import { Field, LoadProblem, Problem, refusal, useLoaded } from "./parts.tsx";
import { ZoneSelect } from "./zones.tsx";

interface Scope {
  time_zone: string;
  settings: { hours: Hours | null; outside_hours: Away; nobody_online: Away };
}

const ways: Away[] = ["queue", "queue_with_expectation", "offline_form"];

export function HoursSettings({ scopeId }: { scopeId: string }) {
  const { value, problem, reload } = useLoaded<Scope>(`/scopes/${scopeId}`);
  if (problem) return <LoadProblem problem={problem} reload={reload} />;
  return value && <HoursForm scopeId={scopeId} scope={value} />;
}

function HoursForm({ scopeId, scope }: { scopeId: string; scope: Scope }) {
  const [kept, setKept] = useState(scope);
  const [draft, setDraft] = useState(scope);
  const [problem, setProblem] = useState("");
  const { hours, outside_hours, nobody_online } = draft.settings;
  const set = (part: Partial<Scope["settings"]>) =>
    setDraft({ ...draft, settings: { ...draft.settings, ...part } });

  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    const read = hours && sound(hours);
    if (hours && !read) {
      setProblem(words.badTime);
      return;
    }
    try {
      const { time_zone } = draft;
      const settings = { hours: read, outside_hours, nobody_online };
      const saved = await call<Scope>("PATCH", `/scopes/${scopeId}`, { time_zone, settings });
      setKept(saved);
      setDraft(saved);
      setProblem("");
      notify(common.saved);
      await renewScope(scopeId);
    } catch (error) {
      setProblem(refusal(error));
    }
  };

  return (
    <form onSubmit={save}>
      <div class="phead">
        <h2 class="t grow">{shared.hours}</h2>
        <ZoneSelect
          label={words.timeZone}
          value={draft.time_zone}
          onChange={(time_zone) => setDraft({ ...draft, time_zone })}
        />
      </div>
      <p class="lead">{words.lead}</p>
      <Problem text={problem} />
      <label class="hrow always">
        <input
          class="switch"
          type="checkbox"
          role="switch"
          aria-checked={hours === null}
          checked={hours === null}
          onChange={(event) => set({ hours: event.currentTarget.checked ? null : usualHours() })}
        />
        <b>{words.always}</b>
      </label>
      {hours && (
        <>
          <div class="card">
            {hours.week.map((open, day) => (
              <DayLine
                key={words.days[day]}
                day={words.days[day] ?? ""}
                open={open}
                closed={words.closedDay[outside_hours]}
                onChange={(next) => set({ hours: withDay(hours, day, next) })}
              />
            ))}
          </div>
          <h2 class="t later">{words.closedDays}</h2>
          <p class="lead">{words.closedDaysLead}</p>
          <ClosedDays days={hours.holidays} onChange={(holidays) => set({ hours: { ...hours, holidays } })} />
        </>
      )}
      <h2 class="t later">{words.away}</h2>
      <p class="lead">{words.awayLead}</p>
      <div class="row2">
        {hours && (
          <AwayField
            label={words.outside}
            value={outside_hours}
            onChange={(outside_hours) => set({ outside_hours })}
          />
        )}
        <AwayField
          label={words.nobody}
          value={nobody_online}
          onChange={(nobody_online) => set({ nobody_online })}
        />
      </div>
      <div class="btns later">
        <button type="submit" class="btn primary">
          {words.save}
        </button>
        <button
          type="button"
          class="btn ghost"
          onClick={() => {
            setDraft(kept);
            setProblem("");
          }}
        >
          {words.undo}
        </button>
      </div>
    </form>
  );
}

interface DayProps {
  day: string;
  open: Interval[];
  closed: string;
  onChange: (open: Interval[]) => void;
}

function DayLine({ day, open, closed, onChange }: DayProps) {
  const put = (at: number, part: Partial<Interval>) =>
    onChange(open.map((old, index) => (index === at ? { ...old, ...part } : old)));
  return (
    <div class="hrow">
      <input
        class="switch"
        type="checkbox"
        role="switch"
        aria-label={words.openOn(day)}
        aria-checked={open.length > 0}
        checked={open.length > 0}
        onChange={(event) => onChange(event.currentTarget.checked ? [nextInterval([])] : [])}
      />
      <b>{day}</b>
      <div class="t">
        {open.length === 0 && <span class="mut">{closed}</span>}
        {open.map(({ from, to }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an interval has no name but its place
          <span class="interval" key={at}>
            {at > 0 && <span class="mut">{words.and}</span>}
            <TimeInput label={words.opens(day)} value={from} onChange={(from) => put(at, { from })} />
            <span class="mut">{words.to}</span>
            <TimeInput label={words.closes(day)} value={to} onChange={(to) => put(at, { to })} />
            {open.length > 1 && (
              <button
                type="button"
                class="icon"
                aria-label={words.removeHours(day, from, to)}
                onClick={() => onChange(open.filter((_, index) => index !== at))}
              >
                <Icon name="x" size="s" />
              </button>
            )}
          </span>
        ))}
      </div>
      {open.length > 0 && open.length < INTERVALS_MAX && (
        <button
          type="button"
          class="btn ghost small"
          aria-label={words.addOn(day)}
          onClick={() => onChange([...open, nextInterval(open)])}
        >
          <Icon name="plus" size="s" />
          {words.add}
        </button>
      )}
    </div>
  );
}

interface TimeProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

export function TimeInput({ label, value, onChange }: TimeProps) {
  return (
    <input
      class="in sm time"
      type="text"
      inputMode="numeric"
      maxLength={5}
      placeholder="09:00"
      aria-label={label}
      value={value}
      onInput={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function AwayField(props: { label: string; value: Away; onChange: (way: Away) => void }) {
  return (
    <Field label={props.label}>
      {(ids) => (
        <select
          {...ids}
          class="in"
          value={props.value}
          onChange={(event) => props.onChange(event.currentTarget.value as Away)}
        >
          {ways.map((way) => (
            <option key={way} value={way}>
              {words.ways[way]}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
