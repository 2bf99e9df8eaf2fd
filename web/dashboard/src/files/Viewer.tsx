// Looks closer at files of a message: a picture in full size, sound and film with the browser's own player. Fetched when a message
// has some.
import { useState } from "preact/hooks";
import { playerWords } from "../../../shared/src/text/player.ts";
import { common, files as words } from "../../../shared/src/text.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { Icon } from "../ui/Icon.tsx";
import type { Shown } from "./Attachments.tsx";

export function Large({ file, url, onClose }: Shown & { onClose: () => void }) {
  return (
    <Dialog title={file.name} wide onClose={onClose}>
      <img class="large" src={url} width={file.width} height={file.height} alt={file.name} />
      <div class="act">
        <a class="btn" href={url} download={file.name}>
          <Icon name="download" size="m" />
          {words.download}
        </a>
        <button type="button" class="btn primary" onClick={onClose}>
          {common.close}
        </button>
      </div>
    </Dialog>
  );
}

/** Nothing is fetched before somebody presses play; then the browser asks for the parts it needs, with the cookie as for pictures. */
export function Player({ file, url }: Shown) {
  const [broken, setBroken] = useState(false);
  if (broken) return <span role="status">{playerWords.broken}</span>;
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
