// Dates that win over the weekly hours: closed, or open at other times.
import { useState } from "preact/hooks";
import { locale } from "../../../shared/src/chosen.ts";
import { hoursSettings as words } from "../../../shared/src/text/settings.ts";
import { common } from "../../../shared/src/text.ts";
import { Icon } from "../ui/Icon.tsx";
import { TimeInput } from "./HoursSettings.tsx";
import { type Holiday, readTime } from "./hours.ts";
import { Field, Problem } from "./parts.tsx";

interface Props {
  days: Holiday[];
  onChange: (days: Holiday[]) => void;
}

export function ClosedDays({ days, onChange }: Props) {
  const [adding, setAdding] = useState(false);
  return (
    <>
      <ul class="tags" aria-label={words.closedDays}>
        {days.map((day) => (
          <li class="chip day" key={day.date}>
            <Icon name="clock" size="s" />
            <span>{described(day)}</span>
            <button
              type="button"
              class="icon"
              aria-label={words.removeDay(described(day))}
              onClick={() => onChange(days.filter(({ date }) => date !== day.date))}
            >
              <Icon name="x" size="s" />
            </button>
          </li>
        ))}
        {!adding && (
          <li>
            <button type="button" class="addtag" onClick={() => setAdding(true)}>
              {words.addDay}
            </button>
          </li>
        )}
      </ul>
      {adding && (
        <NewDay
          taken={days.map(({ date }) => date)}
          onAdd={(day) => {
            onChange([...days, day].sort((one, other) => one.date.localeCompare(other.date)));
            setAdding(false);
          }}
          onCancel={() => setAdding(false)}
        />
      )}
    </>
  );
}

interface NewProps {
  taken: string[];
  onAdd: (day: Holiday) => void;
  onCancel: () => void;
}

function NewDay({ taken, onAdd, onCancel }: NewProps) {
  const [date, setDate] = useState("");
  const [name, setName] = useState("");
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [problem, setProblem] = useState("");
  const add = () => {
    const [first, last] = [readTime(from), readTime(to)];
    if (!date) return setProblem(words.needsDate);
    if (taken.includes(date)) return setProblem(words.dateTwice);
    if ((from || to) && (!first || !last || first === last)) return setProblem(words.badTime);
    onAdd({ date, name: name.trim(), open: first && last ? [{ from: first, to: last }] : [] });
  };
  return (
    <div class="card after newday">
      <Problem text={problem} />
      <div class="row2">
        <Field label={words.date}>
          {(ids) => (
            <input
              {...ids}
              class="in"
              type="date"
              autofocus
              value={date}
              onInput={(event) => setDate(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field label={words.dayName}>
          {(ids) => (
            <input
              {...ids}
              class="in"
              maxLength={80}
              value={name}
              onInput={(event) => setName(event.currentTarget.value)}
            />
          )}
        </Field>
      </div>
      <div class="field">
        <span class="lab">{words.openAllTheSame}</span>
        <span class="interval">
          <TimeInput label={words.opens(words.thatDay)} value={from} onChange={setFrom} />
          <span class="mut">{words.to}</span>
          <TimeInput label={words.closes(words.thatDay)} value={to} onChange={setTo} />
        </span>
      </div>
      <div class="btns">
        <button type="button" class="btn primary" onClick={add}>
          {words.addDay}
        </button>
        <button type="button" class="btn" onClick={onCancel}>
          {common.cancel}
        </button>
      </div>
    </div>
  );
}

function described({ date, name, open }: Holiday): string {
  // Noon in the browser's own zone is the same date everywhere it is shown.
  const day = new Date(`${date}T12:00`);
  const shown = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric" });
  const text = Number.isNaN(day.getTime()) ? date : shown.format(day);
  return words.day(
    text,
    name,
    open.map(({ from, to }) => words.span(from, to)),
  );
}
