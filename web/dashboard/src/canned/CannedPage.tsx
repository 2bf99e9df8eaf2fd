// The canned replies of the scope shown: everybody keeps their own, admins also the shared ones.
import { useEffect, useState } from "preact/hooks";
import { composer, cannedPage as words } from "../../../shared/src/text.ts";
import { call } from "../api.ts";
import { FormButtons } from "../settings/FormButtons.tsx";
import { Field, LoadProblem, Problem, refusal, useLoaded } from "../settings/parts.tsx";
import { type CannedReply, cannedOf, loadCanned } from "../state/canned.ts";
import { notifyFailure } from "../state/notices.ts";
import { scope, supervises } from "../state/scopes.ts";
import { Chip } from "../ui/Avatar.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { Icon } from "../ui/Icon.tsx";

export function CannedPage() {
  const home = scope.value;
  return home && <Replies key={home.id} scopeId={home.id} />;
}

function Replies({ scopeId }: { scopeId: string }) {
  const base = `/scopes/${scopeId}/canned_replies`;
  const { value, problem, reload } = useLoaded<object>(`${base}?limit=1`);
  const [editing, setEditing] = useState<CannedReply | "new" | null>(null);
  const [leaving, setLeaving] = useState<CannedReply | null>(null);
  const read = () => loadCanned(scopeId).catch(notifyFailure);
  useEffect(() => {
    if (value) read();
  }, [value]);
  if (problem) return <LoadProblem problem={problem} reload={reload} />;
  const saved = () => {
    setEditing(null);
    read();
  };
  const remove = (reply: CannedReply) => {
    setLeaving(null);
    call("DELETE", `${base}/${reply.id}`).catch(notifyFailure).finally(read);
  };
  const replies = cannedOf(scopeId);
  return (
    <div class="wrap">
      <div class="phead">
        <h1 class="grow">{words.title}</h1>
        <button type="button" class="btn primary" onClick={() => setEditing("new")}>
          <Icon name="plus" size="m" />
          {words.add}
        </button>
      </div>
      <p class="lead">{words.lead}</p>
      {editing === "new" && (
        <div class="card">
          <ReplyForm base={base} onSaved={saved} onCancel={() => setEditing(null)} />
        </div>
      )}
      {value && replies.length === 0 && editing !== "new" && <p class="sec">{composer.cannedNone}</p>}
      {replies.length > 0 && (
        <div class="card after">
          <ul>
            {replies.map((reply) =>
              editing !== "new" && editing?.id === reply.id ? (
                <li key={reply.id} class="memrow">
                  <ReplyForm base={base} reply={reply} onSaved={saved} onCancel={() => setEditing(null)} />
                </li>
              ) : (
                <ReplyLine
                  key={reply.id}
                  reply={reply}
                  onEdit={() => setEditing(reply)}
                  onRemove={() => setLeaving(reply)}
                />
              ),
            )}
          </ul>
        </div>
      )}
      {leaving && (
        <Dialog
          role="alertdialog"
          title={words.removeTitle(leaving.title)}
          lead={leaving.personal ? words.removeOwn : words.removeShared}
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
    </div>
  );
}

interface LineProps {
  reply: CannedReply;
  onEdit: () => void;
  onRemove: () => void;
}

function ReplyLine({ reply, onEdit, onRemove }: LineProps) {
  return (
    <li class="memrow cannedrow">
      <div class="grow">
        <b class="trunc">
          <code>/{reply.shortcut}</code> <bdi>{reply.title}</bdi>
        </b>
        <small class="trunc" dir="auto">
          {reply.text}
        </small>
      </div>
      <Chip kind={reply.personal ? "line" : ""}>{reply.personal ? words.personal : words.shared}</Chip>
      {reply.personal || supervises.value ? (
        <>
          <button type="button" class="btn small" aria-label={words.editLabel(reply.title)} onClick={onEdit}>
            {words.edit}
          </button>
          <button
            type="button"
            class="icon"
            aria-label={words.removeLabel(reply.title)}
            title={words.remove}
            onClick={onRemove}
          >
            <Icon name="x" />
          </button>
        </>
      ) : null}
    </li>
  );
}

interface FormProps {
  base: string;
  reply?: CannedReply;
  onSaved: () => void;
  onCancel: () => void;
}

function ReplyForm({ base, reply, onSaved, onCancel }: FormProps) {
  const [problem, setProblem] = useState("");
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string) => String(form.get(name) ?? "");
    const body = {
      shortcut: text("shortcut").trim().replace(/^\//, ""),
      title: text("title").trim(),
      text: text("text"),
    };
    const personal = !supervises.value || form.has("personal");
    try {
      if (reply) await call("PATCH", `${base}/${reply.id}`, body);
      else await call("POST", base, { ...body, personal });
      onSaved();
    } catch (error) {
      setProblem(refusal(error));
    }
  };
  return (
    <form class="form cannedform grow" onSubmit={submit}>
      <Problem text={problem} />
      <div class="row2">
        <Field label={words.shortcut} help={words.shortcutHelp}>
          {(ids) => (
            <input
              {...ids}
              class="in"
              name="shortcut"
              required
              maxLength={41}
              autocomplete="off"
              autofocus
              defaultValue={reply?.shortcut ?? ""}
            />
          )}
        </Field>
        <Field label={words.name}>
          {(ids) => (
            <input
              {...ids}
              class="in"
              name="title"
              required
              maxLength={80}
              autocomplete="off"
              defaultValue={reply?.title ?? ""}
            />
          )}
        </Field>
      </div>
      <Field label={words.text} help={words.textHelp}>
        {(ids) => (
          <textarea
            {...ids}
            class="in"
            name="text"
            rows={5}
            required
            maxLength={4000}
            dir="auto"
            defaultValue={reply?.text ?? ""}
          />
        )}
      </Field>
      {!reply && supervises.value && (
        <label class="check">
          <input type="checkbox" name="personal" />
          {words.onlyMe}
        </label>
      )}
      <FormButtons onCancel={onCancel} />
    </form>
  );
}
