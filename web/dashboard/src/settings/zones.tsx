// Choosing a time zone out of those the browser knows.
import { locale } from "../../../shared/src/chosen.ts";
import { hoursSettings as words } from "../../../shared/src/text/settings.ts";

interface Props {
  id?: string;
  label?: string;
  value: string;
  onChange: (zone: string) => void;
}

export function ZoneSelect({ id, label, value, onChange }: Props) {
  const known = zones();
  return (
    <select
      id={id}
      aria-label={label}
      class={label ? "in sm zone" : "in"}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    >
      {(known.includes(value) ? known : [value, ...known]).map((zone) => (
        <option key={zone} value={zone}>
          {words.zone(zone.replaceAll("_", " "), offset(zone))}
        </option>
      ))}
    </select>
  );
}

let found: string[] | null = null;

function zones(): string[] {
  found ??= ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];
  return found;
}

const offsets = new Map<string, string>();

/** Such as `GMT+1`; empty for a zone that the browser does not know. */
function offset(zone: string): string {
  const known = offsets.get(zone);
  if (known !== undefined) return known;
  let text = "";
  try {
    const parts = new Intl.DateTimeFormat(locale, {
      timeZone: zone,
      timeZoneName: "shortOffset",
    }).formatToParts();
    text = parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
  } catch {
    // Its name alone has to do.
  }
  offsets.set(zone, text);
  return text;
}
