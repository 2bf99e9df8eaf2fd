// Files of a customer on a messaging platform: on their way from there, here, or not to be had for a reason.
import { useState } from "preact/hooks";
import type { ComingFile, FileNews } from "../../../shared/src/protocol.gen.ts";
import { customerWords as words } from "../../../shared/src/text/messaging.ts";
import { chat } from "../../../shared/src/text.ts";
import { call } from "../api.ts";
import { notifyFailure } from "../state/notices.ts";
import { Icon } from "../ui/Icon.tsx";
import { Attachments } from "./Attachments.tsx";

interface Props {
  conversation: string;
  coming: readonly ComingFile[];
  /** By id. */
  news: Readonly<Record<string, FileNews>>;
}

export function ComingFiles({ conversation, coming, news }: Props) {
  return (
    <>
      {coming.map((file) => (
        <One key={file.id} conversation={conversation} file={file} news={news[file.id]} />
      ))}
    </>
  );
}

function One({ conversation, file, news }: { conversation: string; file: ComingFile; news?: FileNews }) {
  if (news?.state === "here") return <Attachments conversation={conversation} attachments={[news.file]} />;
  const reason = news?.state === "failed" ? words.notFetched[news.reason] : null;
  return (
    <div class={reason ? "att bad" : "att"} aria-busy={!reason}>
      <span class="th">
        <Icon name={reason ? "alert" : "clock"} />
      </span>
      <span class="grow">
        <b dir="auto">{file.name}</b>
        <span>{reason ?? words.fetching}</span>
      </span>
      {reason && <Retry conversation={conversation} file={file} />}
    </div>
  );
}

function Retry({ conversation, file }: { conversation: string; file: ComingFile }) {
  const [asked, setAsked] = useState(false);
  const retry = async () => {
    setAsked(true);
    try {
      await call("POST", `/conversations/${conversation}/coming_files/${file.id}/retry`, {});
    } catch (error) {
      notifyFailure(error);
    } finally {
      setAsked(false);
    }
  };
  return (
    <button
      type="button"
      class="btn small"
      disabled={asked}
      aria-label={words.retry(file.name)}
      onClick={retry}
    >
      {chat.tryAgain}
    </button>
  );
}
