// Plays sound and film of a message. Nothing is fetched before somebody presses play; then the browser asks for the parts it needs,
// with the session's cookie as for pictures.
import { useState } from "preact/hooks";
import { playerWords as words } from "../../../shared/src/text/player.ts";
import type { Shown } from "./Attachments.tsx";

export function Player({ file, url }: Shown) {
  const [broken, setBroken] = useState(false);
  if (broken) return <span role="status">{words.broken}</span>;
  const look = {
    controls: true,
    preload: "none",
    src: url,
    "aria-label": file.name,
    onError: () => setBroken(true),
  } as const;
  if (file.type.startsWith("video/")) {
    // biome-ignore lint/a11y/useMediaCaption: what customers send has none
    return <video {...look} playsInline />;
  }
  // biome-ignore lint/a11y/useMediaCaption: what customers send has none
  return <audio {...look} />;
}
