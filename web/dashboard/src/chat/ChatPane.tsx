// The third column: the open conversation, or what to do when none is open.
import { common, chat as words } from "../../../shared/src/text.ts";
import { attach } from "../files/attaching.ts";
import { Drop } from "../files/Drop.tsx";
import { follow } from "../router.ts";
import { type Chat, openChat, retry } from "../state/chat.ts";
import { useLate } from "../ui/useLate.ts";
import { ChatHead } from "./ChatHead.tsx";
import { Dock, writingKind } from "./Dock.tsx";
import { NoChat } from "./NoChat.tsx";
import { Transcript } from "./Transcript.tsx";

export function ChatPane() {
  const chat = openChat.value;
  return (
    <section class="chat" id="chat" aria-label={words.chat} tabIndex={-1}>
      {chat ? <OpenChat key={chat.id} chat={chat} /> : <NoChat />}
    </section>
  );
}

function OpenChat({ chat }: { chat: Chat }) {
  if (chat.phase.value === "failed") {
    return (
      <div class="empty" role="alert">
        <h2>{words.loadFailed}</h2>
        <p>{chat.problem.value}</p>
        <div class="btns">
          <button type="button" class="btn" onClick={() => retry(chat)}>
            {common.tryAgain}
          </button>
          <a class="btn ghost" href="/" onClick={follow}>
            {words.back}
          </a>
        </div>
      </div>
    );
  }
  const row = chat.row.value;
  const kind = row && writingKind(row);
  return (
    <Drop onFiles={kind && ((files) => attach(chat.id, kind, files))}>
      {chat.row.value && <ChatHead chat={chat} row={chat.row.value} />}
      {chat.phase.value === "loading" ? <ChatSkeleton /> : <Transcript chat={chat} />}
      {chat.row.value && chat.phase.value === "ready" && <Dock row={chat.row.value} />}
    </Drop>
  );
}

function ChatSkeleton() {
  if (!useLate()) return <div class="grow" />;
  return (
    <div class="sklog" role="status">
      <span class="sr">{common.loading}</span>
      {["in w44", "out w52", "in w30", "out w60", "in w48"].map((look) => (
        <span key={look} class={`sk ${look}`} aria-hidden="true" />
      ))}
    </div>
  );
}
