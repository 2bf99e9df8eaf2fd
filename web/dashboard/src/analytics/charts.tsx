// The charts: small, drawn as SVG, each with a sentence that says the same. Numbers in full stand in the table beside each.
import { oneDigit } from "../../../shared/src/plural.ts";
import { analytics as words } from "../../../shared/src/text/reports.ts";
import { dayLabel, labelled, niceTop } from "./figures.ts";

/** The drawing area within a viewBox of 190 units height. */
const left = 34;
const top = 14;
const bottom = 164;

export interface Point {
  day: string;
  value: number | null;
  /** A second line above the first. */
  upper?: number | null;
}

interface ChartProps {
  points: readonly Point[];
  label: string;
}

/** Median, and dashed above it the 90%. Days without figures leave a gap. */
export function LineChart({ points, label }: ChartProps) {
  const right = 450;
  const highest = niceTop(Math.max(0, ...points.map((point) => point.upper ?? point.value ?? 0)));
  const x = (place: number) =>
    points.length === 1 ? (left + right) / 2 : left + (place / (points.length - 1)) * (right - left);
  const y = (value: number) => bottom - (value / highest) * (bottom - top);
  const lower = spots(
    points.map((point) => point.value),
    x,
    y,
  );
  const upper = spots(
    points.map((point) => point.upper ?? null),
    x,
    y,
  );
  const lastLower = lower.at(-1);
  const lastUpper = upper.at(-1);
  const close = lastLower && lastUpper && Math.abs(lastLower.y - lastUpper.y) < 13;
  return (
    <svg class="cht" viewBox="0 0 500 190" role="img" aria-label={label}>
      <Axes points={points} highest={highest} x={x} right={right} />
      {stretches(upper).map((stretch) => (
        <path key={stretch[0]?.place} class="area" d={area(stretch)} />
      ))}
      {stretches(upper).map((stretch) => (
        <path key={stretch[0]?.place} class="dash" d={line(stretch)} />
      ))}
      {stretches(lower).map((stretch) => (
        <path key={stretch[0]?.place} class="line" d={line(stretch)} />
      ))}
      {alone(upper).map((spot) => (
        <circle key={spot.place} class="dot" cx={spot.x} cy={spot.y} r="2.5" />
      ))}
      {alone(lower).map((spot) => (
        <circle key={spot.place} class="dot" cx={spot.x} cy={spot.y} r="2.5" />
      ))}
      {lastLower && (
        <>
          <circle class="dot" cx={lastLower.x} cy={lastLower.y} r="3.5" />
          <text class="d" x={lastLower.x + 7} y={lastLower.y + (close ? 10 : 4)}>
            {words.median}
          </text>
        </>
      )}
      {lastUpper && (
        <text class="d" x={lastUpper.x + 7} y={lastUpper.y + (close ? -4 : 4)}>
          {words.p90}
        </text>
      )}
    </svg>
  );
}

/** One bar a day, as wide as the page. */
export function BarChart({ points, label }: ChartProps) {
  const right = 1070;
  const highest = niceTop(Math.max(0, ...points.map((point) => point.value ?? 0)));
  const room = (right - left) / points.length;
  const wide = Math.min(room * 0.64, 48);
  const x = (place: number) => left + (place + 0.5) * room;
  return (
    <svg class="cht broad" viewBox="0 0 1080 190" role="img" aria-label={label}>
      <Axes points={points} highest={highest} x={x} right={right} />
      {points.map((point, place) => {
        const tall = ((point.value ?? 0) / highest) * (bottom - top);
        return tall > 0 ? (
          <rect
            key={point.day}
            class="bar"
            x={x(place) - wide / 2}
            y={bottom - tall}
            width={wide}
            height={tall}
            rx={Math.min(2.5, wide / 3)}
          />
        ) : null;
      })}
    </svg>
  );
}

interface AxesProps {
  points: readonly Point[];
  highest: number;
  right: number;
  x: (place: number) => number;
}

function Axes({ points, highest, right, x }: AxesProps) {
  return (
    <g>
      {[0, 0.5, 1].map((share) => {
        const y = bottom - share * (bottom - top);
        return (
          <g key={share}>
            <line class="grid" x1={left} x2={right} y1={y} y2={y} />
            <text x={left - 8} y={y + 4} text-anchor="end">
              {oneDigit(share * highest)}
            </text>
          </g>
        );
      })}
      {labelled(points.length, 7).map((place) => (
        <text key={place} x={x(place)} y="184" text-anchor="middle">
          {dayLabel(points[place]?.day ?? "")}
        </text>
      ))}
    </g>
  );
}

/** A line without axes for the corner of a card. */
export function Sparkline({ values }: { values: readonly (number | null)[] }) {
  const known = values.filter((value) => value !== null);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const x = (place: number) => 2 + (place / Math.max(1, values.length - 1)) * 80;
  const y = (value: number) => (most === least ? 12 : 21 - ((value - least) / (most - least)) * 18);
  // Days without figures are passed over: the corner shows where it goes, not each day.
  const line_ = spots(values, x, y);
  return (
    <svg class="spark" width="84" height="24" viewBox="0 0 84 24" aria-hidden="true">
      {line_.length > 1 && <path class="line" d={line(line_)} />}
    </svg>
  );
}

interface Spot {
  place: number;
  x: number;
  y: number;
}

function spots(
  values: readonly (number | null)[],
  x: (place: number) => number,
  y: (value: number) => number,
): Spot[] {
  return values.flatMap((value, place) => (value === null ? [] : [{ place, x: x(place), y: y(value) }]));
}

/** Runs of days that follow each other. */
function stretches(all: readonly Spot[]): Spot[][] {
  const found: Spot[][] = [];
  for (const spot of all) {
    const last = found.at(-1);
    if (last?.at(-1)?.place === spot.place - 1) last.push(spot);
    else found.push([spot]);
  }
  return found;
}

function alone(all: readonly Spot[]): Spot[] {
  return stretches(all).flatMap((stretch) => (stretch.length === 1 ? stretch : []));
}

function line(stretch: readonly Spot[]): string {
  return stretch
    .map((spot, index) => `${index ? "L" : "M"}${spot.x.toFixed(1)} ${spot.y.toFixed(1)}`)
    .join("");
}

function area(stretch: readonly Spot[]): string {
  const [first, last] = [stretch[0], stretch.at(-1)];
  return first && last
    ? `${line(stretch)}L${last.x.toFixed(1)} ${bottom}L${first.x.toFixed(1)} ${bottom}Z`
    : "";
}
