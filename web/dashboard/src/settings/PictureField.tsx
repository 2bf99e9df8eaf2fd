// The member's own picture: chosen, replaced, removed.
import { useRef, useState } from "preact/hooks";
import { picture as words } from "../../../shared/src/text/picture.ts";
import { common } from "../../../shared/src/text.ts";
import { call } from "../api.ts";
import { PICTURES } from "../files/upload.ts";
import { notify } from "../state/notices.ts";
import { faceOf, renewScope, scopes } from "../state/scopes.ts";
import { me } from "../state/session.ts";
import { Avatar } from "../ui/Avatar.tsx";
import { Problem, refusal } from "./parts.tsx";

/** What the server takes. Bytes. */
const LARGEST = 1024 * 1024;

export function PictureField() {
  const input = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const face = faceOf(me.value?.id);

  async function change(file?: File): Promise<void> {
    if (file && file.size > LARGEST) return setProblem(words.tooLarge);
    setBusy(true);
    try {
      await call(file ? "PUT" : "DELETE", "/session/avatar", file);
      await Promise.all(scopes.value.map(({ id }) => renewScope(id)));
      setProblem("");
      notify(common.saved);
    } catch (error) {
      const code = error && typeof error === "object" && "code" in error ? error.code : "";
      setProblem(code === "too_large" ? words.tooLarge : refusal(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <>
      <Problem text={problem} />
      <div class="picture">
        <Avatar name={me.value?.name ?? ""} member={me.value?.id} size="lg" />
        <div class="grow">
          <b>{words.title}</b>
          <p>{words.help}</p>
        </div>
        <button type="button" class="btn" disabled={busy} onClick={() => input.current?.click()}>
          {face ? words.replace : words.choose}
        </button>
        {face && (
          <button type="button" class="btn" disabled={busy} onClick={() => change()}>
            {words.remove}
          </button>
        )}
        <input
          ref={input}
          type="file"
          hidden
          accept={PICTURES}
          aria-label={words.choose}
          onChange={({ currentTarget }) => {
            const [file] = currentTarget.files ?? [];
            currentTarget.value = "";
            if (file) change(file);
          }}
        />
      </div>
    </>
  );
}
