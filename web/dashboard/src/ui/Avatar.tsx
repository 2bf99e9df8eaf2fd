// A round picture: a member's own, else initials in a tint that stays the same for the same name.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Presence } from "../../../shared/src/protocol.gen.ts";
import { faceOf } from "../state/scopes.ts";
import { Icon, type IconName } from "./Icon.tsx";

const TINTS = 6;

interface Props {
  name: string;
  /** Whose it is, when it is a member's. */
  member?: string | undefined;
  size?: "xs" | "sm" | "lg" | "";
  presence?: Presence;
  channel?: IconName;
}

export function Avatar({ name, member, size = "", presence, channel }: Props) {
  const face = faceOf(member);
  const [broken, setBroken] = useState("");
  return (
    <span class={`av c${tint(name)} ${size}`} aria-hidden="true">
      {initials(name)}
      {face && face !== broken && (
        <img src={`/api/v1/avatars/${face}`} alt="" onError={() => setBroken(face)} />
      )}
      {presence && <i class={`pres ${presence}`} />}
      {channel && (
        <span class="ch">
          <Icon name={channel} />
        </span>
      )}
    </span>
  );
}

export function BotAvatar() {
  return (
    <span class="av bot" aria-hidden="true">
      <Icon name="spark" />
    </span>
  );
}

export function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => /^\p{L}/u.test(word));
  const first = words[0]?.[0] ?? "";
  const last = words.length > 1 ? (words[words.length - 1]?.[0] ?? "") : "";
  return (first + last).toUpperCase() || "#";
}

function tint(name: string): number {
  let sum = 0;
  for (const char of name) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 9973;
  return (sum % TINTS) + 1;
}

export function Chip({
  kind = "",
  children,
  title,
}: {
  kind?: string;
  children: ComponentChildren;
  title?: string;
}) {
  return (
    <span class={`chip ${kind}`} title={title}>
      {children}
    </span>
  );
}
