// The files of a message: pictures as pictures, sound and film with a player, everything as a card to download. A picture opens
// large in a dialog; nothing a person sent is ever opened as a page.
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import type { Attachment } from "../../../shared/src/protocol.gen.ts";
import { files as words } from "../../../shared/src/text.ts";
import { notifyFailure } from "../state/notices.ts";
import { Icon } from "../ui/Icon.tsx";
import { fileSize } from "./size.ts";
import { fileUrl } from "./upload.ts";

interface Props {
  conversation: string;
  attachments: readonly Attachment[];
  /** Not sent yet, so the server does not hand them out. */
  pending?: boolean;
}

export function Attachments({ conversation, attachments, pending = false }: Props) {
  return (
    <>
      {attachments.map((file) =>
        pending ? (
          <Card key={file.id} file={file} />
        ) : file.width ? (
          <Picture key={file.id} file={file} url={fileUrl(conversation, file.id)} />
        ) : isPlayed(file) ? (
          <Played key={file.id} file={file} url={fileUrl(conversation, file.id)} />
        ) : (
          <Card key={file.id} file={file} url={fileUrl(conversation, file.id)} />
        ),
      )}
    </>
  );
}

export interface Shown {
  file: Attachment;
  url: string;
}

const isPlayed = ({ type }: Attachment) => /^(audio|video)/.test(type);

/** What opens a picture and plays sound and film: fetched when the first is there, or opened. */
const viewer = signal<typeof import("./Viewer.tsx") | null>(null);

const fetchViewer = () =>
  import("./Viewer.tsx").then((module) => {
    viewer.value = module;
  }, notifyFailure);

function Played({ file, url }: Shown) {
  useEffect(() => void fetchViewer(), []);
  const Player = viewer.value?.Player;
  return (
    <>
      <div class={`play ${file.type.slice(0, 5)}`}>{Player && <Player file={file} url={url} />}</div>
      <Card file={file} url={url} />
    </>
  );
}

function Picture({ file, url }: Shown) {
  const [large, setLarge] = useState(false);
  const [broken, setBroken] = useState(false);
  const Large = viewer.value?.Large;
  if (broken) return <Card file={file} url={url} />;
  return (
    <>
      <button
        type="button"
        class="pic"
        aria-label={words.enlarge(file.name)}
        onClick={() => {
          setLarge(true);
          fetchViewer();
        }}
      >
        <img
          src={url}
          width={file.width}
          height={file.height}
          alt={file.name}
          loading="lazy"
          onError={() => setBroken(true)}
        />
      </button>
      {large && Large && <Large file={file} url={url} onClose={() => setLarge(false)} />}
    </>
  );
}

function Card({ file, url }: { file: Attachment; url?: string }) {
  const look = url ? { href: url, download: file.name } : {};
  return (
    <a class="att" {...look}>
      <span class="th">
        <Icon name="clip" />
      </span>
      <span class="grow">
        {url && <span class="sr">{words.download} </span>}
        <b dir="auto">{file.name}</b>
        <span>{fileSize(file.size)}</span>
      </span>
      {url && <Icon name="download" size="m" />}
    </a>
  );
}
