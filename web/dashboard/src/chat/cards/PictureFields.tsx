// The fields of a card's picture: an address, which only the customer's browser fetches, or a file that goes up at once.
import { useRef, useState } from "preact/hooks";
import { cardForm as words } from "../../../../shared/src/text/cardForm.ts";
import { files as fileWords } from "../../../../shared/src/text.ts";
import { explain } from "../../api.ts";
import { LARGEST, PICTURES, upload } from "../../files/upload.ts";
import { Field } from "../../settings/parts.tsx";
import { type Entered, LIMITS } from "./draft.ts";
import { Entry } from "./Entry.tsx";

interface Props {
  conversation: string;
  form: Entered;
  onChange: (changes: Partial<Entered>) => void;
  problem: (field: string) => string;
}

/** A little less than the server keeps a file that nobody sends. Milliseconds. */
const KEPT = 23 * 60 * 60_000;

/** Where this page has the pictures that it sent up: nobody else hands them out before they are sent. */
const own = new Map<string, string>();

export function ownPicture(file: string): string {
  return own.get(file) ?? "";
}

export function PictureFields({ conversation, form, onChange, problem }: Props) {
  const { picture, url, alt } = form;
  return (
    <>
      <Field label={words.picture}>
        {(ids) => (
          <select
            {...ids}
            class="in"
            value={picture}
            onChange={(event) => onChange({ picture: event.currentTarget.value as Entered["picture"] })}
          >
            <option value="none">{words.noPicture}</option>
            <option value="address">{words.byAddress}</option>
            <option value="file">{words.byFile}</option>
          </select>
        )}
      </Field>
      {picture === "address" && (
        <Entry
          label={words.address}
          problem={problem("url")}
          isAddress
          max={LIMITS.url}
          value={url}
          onChange={(url) => onChange({ url })}
        />
      )}
      {picture === "file" && (
        <PictureFile conversation={conversation} form={form} onChange={onChange} problem={problem("file")} />
      )}
      {picture !== "none" && (
        <Entry
          label={words.alt}
          help={words.altHelp}
          problem={problem("alt")}
          max={LIMITS.alt}
          value={alt}
          onChange={(alt) => onChange({ alt })}
        />
      )}
    </>
  );
}

type FileProps = Omit<Props, "problem"> & { problem: string };

function PictureFile({ conversation, form: { file }, onChange, problem }: FileProps) {
  const input = useRef<HTMLInputElement>(null);
  const [coming, setComing] = useState<{ name: string; progress: number } | null>(null);
  const [failed, setFailed] = useState("");
  const take = async (chosen: File) => {
    const { name } = chosen;
    setFailed(chosen.size > LARGEST ? fileWords.tooLarge : "");
    if (chosen.size > LARGEST) return;
    setComing({ name, progress: 0 });
    try {
      const up = upload(conversation, chosen, (progress) => setComing({ name, progress }));
      const taken = await up.done;
      // The server knows pictures by their content; only those have a width.
      if (!taken.width) throw { code: "bad_request" };
      own.set(taken.id, URL.createObjectURL(chosen));
      onChange({ file: taken, until: Date.now() + KEPT });
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === "too_large") setFailed(fileWords.tooLarge);
      else setFailed(code === "bad_request" ? words.noFile : explain(error));
    } finally {
      setComing(null);
    }
  };
  return (
    <Field label={words.byFile} problem={failed || problem}>
      {(ids) => (
        <div class="picked">
          <button
            {...ids}
            type="button"
            class="btn"
            disabled={coming !== null}
            onClick={() => input.current?.click()}
          >
            {file ? words.replace : words.choose}
          </button>
          {coming ? (
            <progress max={1} value={coming.progress} aria-label={fileWords.uploading(coming.name)} />
          ) : (
            <bdi class="trunc" role="status">
              {file?.name}
            </bdi>
          )}
          <input
            ref={input}
            type="file"
            hidden
            accept={PICTURES}
            onChange={({ currentTarget }) => {
              const [chosen] = currentTarget.files ?? [];
              if (chosen) take(chosen);
              currentTarget.value = "";
            }}
          />
        </div>
      )}
    </Field>
  );
}
