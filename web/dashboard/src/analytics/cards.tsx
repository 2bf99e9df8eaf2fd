// The cards of the page: headline figures, and charts that are tables at the press of a button.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { analytics as words } from "../../../shared/src/text/reports.ts";
import { Chip } from "../ui/Avatar.tsx";
import { Sparkline } from "./charts.tsx";
import type { Change } from "./figures.ts";

interface KpiProps {
  title: string;
  value: string;
  unit: string;
  change: Change | null;
  /** How many days are compared. */
  days: number;
  trend: readonly (number | null)[];
}

export function Kpi({ title, value, unit, change, days, trend }: KpiProps) {
  return (
    <div class="card kpi">
      <h2>{title}</h2>
      <div class="v">
        <b>{value}</b>
        <span>{unit}</span>
      </div>
      <div class="d">
        {change ? (
          <>
            <Chip kind={change.good === null ? "" : change.good ? "ok" : "bad"}>{change.text}</Chip>
            <span class="mut">{words.versus(days)}</span>
          </>
        ) : (
          <span class="mut">{words.nothingBefore(days)}</span>
        )}
      </div>
      <div class="sp">
        <Sparkline values={trend} />
      </div>
    </div>
  );
}

interface ChartCardProps {
  title: string;
  about: string;
  chart: ComponentChildren;
  head: readonly string[];
  /** The cells of each line; the first one names it. */
  lines: readonly (readonly string[])[];
}

export function ChartCard({ title, about, chart, head, lines }: ChartCardProps) {
  const [asTable, setAsTable] = useState(false);
  return (
    <section class="card chart" aria-label={title}>
      <div class="ch1">
        <h2>{title}</h2>
        <span class="mut trunc">{about}</span>
        <button
          type="button"
          class="btn ghost small"
          aria-label={asTable ? words.asChartOf(title) : words.asTableOf(title)}
          onClick={() => setAsTable(!asTable)}
        >
          {asTable ? words.asChart : words.asTable}
        </button>
      </div>
      {asTable ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keyboard
        <section class="scrolls" tabIndex={0} aria-label={title}>
          <Table head={head} lines={lines} />
        </section>
      ) : (
        <div class="draw">{chart}</div>
      )}
    </section>
  );
}

interface TableProps extends Pick<ChartCardProps, "head" | "lines"> {
  /** Drawn before the name of a line. */
  picture?: (name: string) => ComponentChildren;
}

export function Table({ head, lines, picture }: TableProps) {
  return (
    <table class="tbl">
      <thead>
        <tr>
          {head.map((cell, index) => (
            <th key={cell} scope="col" class={index ? "rgt" : undefined}>
              {cell}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {lines.map(([name = "", ...cells], place) => (
          <tr key={place}>
            <th scope="row">
              {picture ? (
                <span class="cellu">
                  {picture(name)}
                  <b>{name}</b>
                </span>
              ) : (
                name
              )}
            </th>
            {cells.map((cell, index) => (
              <td key={index} class="rgt num">
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A bar for each number of stars, the best first. */
export function Stars({ stars, label }: { stars: readonly number[]; label: string }) {
  const highest = Math.max(1, ...stars);
  return (
    <div class="csat" role="img" aria-label={label}>
      {[5, 4, 3, 2, 1].map((star) => {
        const count = stars[star - 1] ?? 0;
        return (
          <div key={star}>
            <span>{star} ★</span>
            <svg viewBox="0 0 200 12" preserveAspectRatio="none" aria-hidden="true">
              <rect class="rail" width="200" height="12" rx="3" />
              {count > 0 && (
                <rect class={`s${star}`} width={Math.max(2, (count / highest) * 200)} height="12" rx="3" />
              )}
            </svg>
            <b class="num">{count}</b>
          </div>
        );
      })}
    </div>
  );
}
