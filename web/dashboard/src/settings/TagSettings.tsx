// The tags of a scope: which there are, how many chats have each, other words for them.
import { useState } from "preact/hooks";
import { tagSettings as words } from "../../../shared/src/text/tags.ts";
import { settings as shared } from "../../../shared/src/text.ts";
import { call } from "../api.ts";
import { notifyFailure } from "../state/notices.ts";
import { tagFrom } from "../state/tags.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { Icon } from "../ui/Icon.tsx";
import { FormButtons } from "./FormButtons.tsx";
import { useListed } from "./listed.tsx";
import { Field, LoadProblem, Problem, refusal } from "./parts.tsx";

interface Tag {
  tag: string;
  chats: number;
}

const PART = 200;

export function TagSettings({ scopeId }: { scopeId: string }) {
  const base = `/scopes/${scopeId}/tags`;
  const { items: tags, problem, reload, more } = useListed<Tag>(`/scopes/${scopeId}/tag_counts`, PART);
  /** The tag that is being renamed; empty: a new one. */
  const [editing, setEditing] = useState<string | null>(null);
  const [leaving, setLeaving] = useState<Tag | null>(null);
  if (problem) return <LoadProblem problem={problem} reload={reload} />;
  if (!tags) return null;
  const saved = () => {
    setEditing(null);
    reload();
  };
  const remove = ({ tag }: Tag) => {
    setLeaving(null);
    call("DELETE", `${base}/${encodeURIComponent(tag)}`)
      .catch(notifyFailure)
      .finally(reload);
  };
  const form = { base, onSaved: saved, onCancel: () => setEditing(null) };
  return (
    <>
      <div class="phead">
        <h2 class="t grow">{shared.tags}</h2>
        <button type="button" class="btn primary" onClick={() => setEditing("")}>
          <Icon name="plus" size="m" />
          {words.add}
        </button>
      </div>
      <p class="lead">{words.lead}</p>
      {editing === "" && (
        <div class="card">
          <TagForm {...form} />
        </div>
      )}
      {tags.length === 0 && editing !== "" && <p class="sec">{words.none}</p>}
      {tags.length > 0 && (
        <ul class="card after">
          {tags.map((each) =>
            editing === each.tag ? (
              <li key={each.tag} class="memrow">
                <TagForm {...form} tag={each.tag} />
              </li>
            ) : (
              <TagLine
                key={each.tag}
                {...each}
                onRename={() => setEditing(each.tag)}
                onRemove={() => setLeaving(each)}
              />
            ),
          )}
        </ul>
      )}
      {more && (
        <button type="button" class="btn after" onClick={more}>
          {words.more}
        </button>
      )}
      {leaving && (
        <Dialog
          role="alertdialog"
          title={words.removeTitle(leaving.tag)}
          lead={leaving.chats > 0 ? words.removeLead(leaving.chats) : words.removeNone}
          onClose={() => setLeaving(null)}
        >
          <div class="act">
            <button type="button" class="btn" autofocus onClick={() => setLeaving(null)}>
              {words.keep}
            </button>
            <button type="button" class="btn danger" onClick={() => remove(leaving)}>
              {words.remove}
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}

interface LineProps extends Tag {
  onRename: () => void;
  onRemove: () => void;
}

function TagLine({ tag, chats, onRename, onRemove }: LineProps) {
  return (
    <li class="memrow">
      <div class="grow">
        <b class="trunc">
          <bdi>{tag}</bdi>
        </b>
        <small>{words.chats(chats)}</small>
      </div>
      <button type="button" class="btn small" aria-label={words.renameLabel(tag)} onClick={onRename}>
        {words.rename}
      </button>
      <button
        type="button"
        class="icon"
        aria-label={words.removeLabel(tag)}
        title={words.remove}
        onClick={onRemove}
      >
        <Icon name="x" />
      </button>
    </li>
  );
}

interface FormProps {
  base: string;
  tag?: string;
  onSaved: () => void;
  onCancel: () => void;
}

function TagForm({ base, tag, onSaved, onCancel }: FormProps) {
  const [problem, setProblem] = useState("");
  const [left, setLeft] = useState(0);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const wanted = tagFrom(String(form.get("tag")));
    if (wanted === tag) return onCancel();
    setProblem("");
    try {
      if (tag) await rename(`${base}/${encodeURIComponent(tag)}`, wanted, setLeft);
      else await call("POST", base, { tag: wanted });
      onSaved();
    } catch (error) {
      setLeft(0);
      setProblem(refusal(error));
    }
  };
  return (
    <form class="form grow" onSubmit={submit}>
      <Problem text={problem} />
      <Field label={words.tag} help={tag ? words.renameHelp : words.help}>
        {(ids) => (
          <input
            {...ids}
            class="in"
            name="tag"
            required
            maxLength={40}
            autocomplete="off"
            autofocus
            defaultValue={tag ?? ""}
          />
        )}
      </Field>
      <FormButtons busy={left > 0} onCancel={onCancel}>
        <span role="status" class="mut">
          {left > 0 && words.renaming(left)}
        </span>
      </FormButtons>
    </form>
  );
}

/** The server takes a part of the chats at a time. */
async function rename(path: string, tag: string, onLeft: (left: number) => void): Promise<void> {
  for (;;) {
    const { left } = await call<{ left: number }>("PATCH", path, { tag });
    if (left === 0) return;
    onLeft(left);
  }
}
