// The files that go with the next message, above its text: how far each is, why one failed, and a way to take it back.
import { common, files as words } from "../../../shared/src/text.ts";
import type { DraftKind } from "../state/drafts.ts";
import { Icon } from "../ui/Icon.tsx";
import { type Attaching, attaching, detach, tryUploadAgain } from "./attaching.ts";
import { fileSize } from "./size.ts";

export function Tray({ conversation, kind }: { conversation: string; kind: DraftKind }) {
  const list = attaching(conversation, kind);
  if (!list.length) return null;
  return (
    <ul class="tray" aria-label={words.toSend}>
      {list.map((item) => (
        <li key={item.key} class={item.reason ? "att bad" : "att"}>
          <span class="th">{item.preview ? <img src={item.preview} alt="" /> : <Icon name="clip" />}</span>
          <span class="grow">
            <b class="trunc" dir="auto">
              {item.name}
            </b>
            <Fate item={item} />
          </span>
          {item.reason && item.file && (
            <button type="button" class="btn small" onClick={() => tryUploadAgain(conversation, kind, item)}>
              {common.tryAgain}
            </button>
          )}
          <button
            type="button"
            class="icon sm"
            aria-label={words.remove(item.name)}
            onClick={() => detach(conversation, kind, item)}
          >
            <Icon name="x" size="m" />
          </button>
        </li>
      ))}
    </ul>
  );
}

function Fate({ item }: { item: Attaching }) {
  if (item.reason) return <span role="alert">{item.reason}</span>;
  if (item.attachment) return <span>{fileSize(item.size)}</span>;
  return <progress max={1} value={item.progress} aria-label={words.uploading(item.name)} />;
}
