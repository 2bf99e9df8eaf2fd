// Figures of the scope shown, for admins and owners. Loaded when somebody goes there.
import { useEffect, useState } from "preact/hooks";
import { list } from "../../../shared/src/plural.ts";
import { analytics as words } from "../../../shared/src/text/reports.ts";
import { common } from "../../../shared/src/text.ts";
import { call, explain } from "../api.ts";
import { serverTime } from "../state/now.ts";
import { scope } from "../state/scopes.ts";
import { Avatar } from "../ui/Avatar.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Menu, MenuItem } from "../ui/Menu.tsx";
import { ChartCard, Kpi, Stars, Table } from "./cards.tsx";
import { BarChart, LineChart } from "./charts.tsx";
import {
  dayIn,
  durationChange,
  type Figures,
  inUnit,
  longDay,
  type Named,
  type Report,
  ratingChange,
  type SpreadName,
  short,
  unitFor,
} from "./figures.ts";
import { Hours } from "./Hours.tsx";
import { Wallboard } from "./Wallboard.tsx";
import "./analytics.css";

const periods: [days: number, title: string][] = [
  [1, words.today],
  [14, words.days(14)],
  [90, words.days(90)],
];

const tables: [table: string, title: string][] = [
  ["days", words.tableDays],
  ["hours", words.tableHours],
  ["channels", words.tableChannels],
  ["members", words.tableMembers],
];

export function Analytics() {
  const home = scope.value;
  if (!home) return null;
  return <Page key={home.id} scopeId={home.id} zone={home.time_zone} />;
}

function Page({ scopeId, zone }: { scopeId: string; zone: string }) {
  const [channel, setChannel] = useState("");
  const [span, setSpan] = useState(() => spanOf(zone, 14));
  const query = `?from=${span.from}&to=${span.to}${channel && `&channel=${channel}`}`;
  const { report, problem, reload } = useReport(`/scopes/${scopeId}/reports${query}`);
  const pressed = (days: number) => {
    const { from, to } = spanOf(zone, days);
    return span.from === from && span.to === to;
  };
  return (
    <div class="wrap">
      <div class="phead">
        <h1 class="grow">{words.title}</h1>
        <select
          class="in sm"
          aria-label={words.channel}
          value={channel}
          onChange={(event) => setChannel(event.currentTarget.value)}
        >
          <option value="">{words.allChannels}</option>
          {scope.value?.channels.map((each) => (
            <option key={each.id} value={each.id}>
              {each.name}
            </option>
          ))}
        </select>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out in this row by every browser */}
        <div class="seg" role="group" aria-label={words.period}>
          {periods.map(([days, title]) => (
            <button
              key={days}
              type="button"
              aria-pressed={pressed(days)}
              onClick={() => setSpan(spanOf(zone, days))}
            >
              {title}
            </button>
          ))}
        </div>
        <Day label={words.from} value={span.from} onDay={(from) => setSpan({ ...span, from })} />
        <Day label={words.to} value={span.to} onDay={(to) => setSpan({ ...span, to })} />
        <Menu
          class="btn"
          place="below-end"
          title={words.downloadTitle}
          button={
            <>
              <Icon name="download" size="m" />
              {words.download}
            </>
          }
        >
          {tables.map(([table, title]) => (
            <MenuItem
              key={table}
              onSelect={() => location.assign(`/api/v1/scopes/${scopeId}/reports/csv${query}&table=${table}`)}
            >
              {title}
            </MenuItem>
          ))}
        </Menu>
      </div>
      <Wallboard />
      {problem && (
        <div role="alert">
          <p class="lead">
            {words.failed} {problem}
          </p>
          <button type="button" class="btn" onClick={reload}>
            {common.tryAgain}
          </button>
        </div>
      )}
      {report && <Charts report={report} />}
    </div>
  );
}

function Day({ label, value, onDay }: { label: string; value: string; onDay: (day: string) => void }) {
  return (
    <input
      type="date"
      class="in sm"
      aria-label={label}
      required
      value={value}
      onChange={(event) => event.currentTarget.value && onDay(event.currentTarget.value)}
    />
  );
}

function spanOf(zone: string, days: number): { from: string; to: string } {
  const at = serverTime();
  return { from: dayIn(zone, at, days - 1), to: dayIn(zone, at) };
}

/** The report of a query. The one before stays until the next is there; an answer that comes too late is dropped. */
function useReport(path: string): { report: Report | null; problem: string; reload: () => void } {
  const [report, setReport] = useState<Report | null>(null);
  const [problem, setProblem] = useState("");
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let wanted = true;
    call<Report>("GET", path).then(
      (answer) => {
        if (!wanted) return;
        setReport(answer);
        setProblem("");
      },
      (error) => wanted && setProblem(explain(error)),
    );
    return () => {
      wanted = false;
    };
  }, [path, tries]);
  return { report, problem, reload: () => setTries(tries + 1) };
}

function Charts({ report }: { report: Report }) {
  const { current, before, days } = report;
  const trend = (name: SpreadName) => days.map((day) => day.figures[name].median);
  const average = current.feedback.average;
  return (
    <>
      <div class="kpis">
        {(
          [
            ["wait", words.waitMedian],
            ["first_reply", words.replyMedian],
            ["handle", words.handleMedian],
          ] as const
        ).map(([name, title]) => {
          const { median } = current[name];
          const unit = unitFor(median ?? 0);
          return (
            <Kpi
              key={name}
              title={title}
              value={median === null ? words.none : inUnit(median, unit)}
              unit={median === null ? "" : unit.short}
              change={durationChange(median, before[name].median)}
              days={days.length}
              trend={trend(name)}
            />
          );
        })}
        <Kpi
          title={words.feedbackCsat}
          value={average === null ? words.none : average.toFixed(1)}
          unit={average === null ? "" : words.of5}
          change={ratingChange(average, before.feedback.average)}
          days={days.length}
          trend={days.map((day) => day.figures.feedback.average)}
        />
      </div>
      <div class="grid2">
        <Times report={report} name="wait" title={words.wait} about={(unit) => unit} />
        <Times report={report} name="first_reply" title={words.reply} about={words.afterHandover} />
        <Times report={report} name="handle" title={words.handle} about={(unit) => unit} />
        <ChartCard
          title={words.feedback}
          about={words.answers(current.feedback.answers, current.chats)}
          chart={
            <Stars
              stars={current.feedback.stars}
              label={words.starsLabel(current.feedback.stars, average?.toFixed(1) ?? words.none)}
            />
          }
          head={[words.feedback, words.answersShort]}
          lines={[5, 4, 3, 2, 1].map((star) => [
            words.stars(star),
            String(current.feedback.stars[star - 1] ?? 0),
          ])}
        />
      </div>
      <ChatsPerDay report={report} />
      <Hours hours={report.hours} />
      <By title={words.byChannel} first={words.channel} all={report.channels} />
      <By title={words.byMember} first={words.member} all={report.members} avatars />
      <p class="mut wide">{words.zone(report.time_zone)}</p>
    </>
  );
}

interface TimesProps {
  report: Report;
  name: SpreadName;
  title: string;
  about: (unit: string) => string;
}

function Times({ report, name, title, about }: TimesProps) {
  const spread = report.current[name];
  const unit = unitFor(Math.max(0, ...report.days.map((day) => day.figures[name].p90 ?? 0)));
  const scaled = (ms: number | null) => (ms === null ? null : ms / unit.ms);
  const points = report.days.map(({ day, figures }) => ({
    day,
    value: scaled(figures[name].median),
    upper: scaled(figures[name].p90),
  }));
  return (
    <ChartCard
      title={title}
      about={about(unit.long)}
      chart={
        spread.count === 0 ? (
          <p class="nothing">{words.noFigures}</p>
        ) : (
          <LineChart
            points={points}
            label={words.lineLabel(title, short(spread.median), short(spread.p90), points.length)}
          />
        )
      }
      head={[words.day, words.Median, words.P90, words.chats]}
      lines={report.days.map(({ day, figures }) => [
        longDay(day),
        short(figures[name].median),
        short(figures[name].p90),
        String(figures[name].count),
      ])}
    />
  );
}

function ChatsPerDay({ report }: { report: Report }) {
  const { chats, gave_up, bot } = report.current;
  const about = [words.allChats(chats)];
  if (gave_up > 0) about.push(words.gaveUp(gave_up));
  if (bot.chats > 0) about.push(words.contained(bot.contained / bot.chats));
  const contained = (figures: Figures) =>
    figures.bot.chats ? `${figures.bot.contained} / ${figures.bot.chats}` : words.none;
  return (
    <div class="wide">
      <ChartCard
        title={words.chats}
        about={list(about)}
        chart={
          chats === 0 ? (
            <p class="nothing">{words.noFigures}</p>
          ) : (
            <BarChart
              points={report.days.map(({ day, figures }) => ({ day, value: figures.chats }))}
              label={words.barLabel(words.chats, words.allChats(chats), report.days.length)}
            />
          )
        }
        head={[words.day, words.chats, words.gaveUpShort, words.containedShort]}
        lines={report.days.map(({ day, figures }) => [
          longDay(day),
          String(figures.chats),
          String(figures.gave_up),
          contained(figures),
        ])}
      />
    </div>
  );
}

interface ByProps {
  title: string;
  first: string;
  all: readonly Named[];
  avatars?: boolean;
}

function By({ title, first, all, avatars = false }: ByProps) {
  const head = [first, words.chats, words.wait, words.reply, words.handle, words.feedback];
  const cells = ({ chats, wait, first_reply, handle, feedback }: Figures) => [
    String(chats),
    short(wait.median),
    short(first_reply.median),
    short(handle.median),
    feedback.average === null ? words.none : words.rated(feedback.average, feedback.answers),
  ];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keyboard
    <section class="card scroll wide" tabIndex={0} aria-label={title}>
      <div class="ch1">
        <h2>{title}</h2>
      </div>
      {all.length === 0 ? (
        <p class="nothing">{words.noFigures}</p>
      ) : (
        <Table
          head={head}
          lines={all.map((each) => [each.name || words.removedChannel, ...cells(each.figures)])}
          {...(avatars ? { picture: (name: string) => <Avatar name={name} size="sm" /> } : {})}
        />
      )}
    </section>
  );
}
