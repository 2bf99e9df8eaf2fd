// When chats begin: a table of weekdays and hours, darker where there are more.
import { analytics as words } from "../../../shared/src/text/reports.ts";
import { level } from "./figures.ts";

const hoursOfDay = Array.from({ length: 24 }, (_, hour) => hour);

export function Hours({ hours }: { hours: readonly (readonly number[])[] }) {
  const highest = Math.max(0, ...hours.flat());
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keyboard
    <section class="card scroll wide" tabIndex={0} aria-label={words.byHour}>
      <div class="ch1">
        <h2>{words.byHour}</h2>
      </div>
      <table class="hours">
        <thead>
          <tr>
            <th scope="col">
              <span class="sr">{words.weekday}</span>
            </th>
            {hoursOfDay.map((hour) => (
              <th key={hour} scope="col">
                {hour}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {hours.map((counts, weekday) => (
            <tr key={words.weekdays[weekday]}>
              <th scope="row">{words.weekdays[weekday]}</th>
              {counts.map((count, hour) => (
                <td key={hour} class={`num l${level(count, highest)}`}>
                  {count || ""}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
