// The form for a channel of a messaging platform: asks for what the platform needs, and the platform whether it lets us in, before
// anything is saved.
import { useState } from "preact/hooks";
import { channelCheck, messagingSettings as words } from "../../../shared/src/text/messaging.ts";
import { common } from "../../../shared/src/text.ts";
import { call } from "../api.ts";
import { notify } from "../state/notices.ts";
import type { MessagingChannel } from "./MessagingChannels.tsx";
import { Field, Problem, refusal } from "./parts.tsx";
import { platformForms } from "./platforms.ts";

/** What the platform said. */
interface Said {
  result: "works" | "refused" | "unknown" | "unasked";
  account?: string | null;
  reason?: string;
}

interface Props {
  scopeId: string;
  onSaved: (channel: MessagingChannel) => void;
  onCancel: () => void;
}

/** What a channel would be made with. */
function readForm(form: HTMLFormElement, kind: string) {
  const data = new FormData(form);
  const given = (place: string) => {
    const fields = (platformForms()[kind]?.asked ?? []).filter((field) => field.place === place);
    const filled = fields.map(({ name, optional }) => ({
      name,
      optional,
      value: String(data.get(`asked-${name}`) ?? "").trim(),
    }));
    const sent = filled.filter(({ value, optional }) => value || !optional);
    return Object.fromEntries(sent.map(({ name, value }) => [name, value]));
  };
  const account = { kind, settings: { platform: given("settings") }, secrets: given("secrets") };
  return { name: String(data.get("name") ?? "").trim(), account };
}

export function AddChannel({ scopeId, onSaved, onCancel }: Props) {
  const [kind, setKind] = useState("telegram");
  const [problem, setProblem] = useState("");
  const [asking, setAsking] = useState(false);
  /** The platform said no, or nothing: the form may be saved all the same. */
  const [doubtful, setDoubtful] = useState(false);
  const channels = `/scopes/${scopeId}/channels`;
  const forms = platformForms();
  const begin = () => {
    setProblem("");
    setDoubtful(false);
  };
  const lets = async (account: object): Promise<boolean> => {
    const said = await call<Said>("POST", `${channels}/check`, account);
    const reason = said.reason ?? "";
    if (said.result === "works")
      notify(said.account ? channelCheck.works(said.account) : channelCheck.unnamed);
    if (said.result === "refused") setProblem(channelCheck.refused(reason));
    if (said.result === "unknown") setProblem(channelCheck.unknown(reason));
    return said.result === "works" || said.result === "unasked";
  };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (asking) return;
    const { name, account } = readForm(event.currentTarget as HTMLFormElement, kind);
    const sure = event.submitter?.getAttribute("value") === "anyway";
    begin();
    setAsking(true);
    try {
      if (sure || (await lets(account)))
        onSaved(await call<MessagingChannel>("POST", channels, { name, ...account }));
      else setDoubtful(true);
    } catch (error) {
      setProblem(refusal(error));
    }
    setAsking(false);
  };
  return (
    <div class="card">
      <form class="form" onSubmit={submit} onInput={begin}>
        <Field label={words.kind}>
          {(ids) => (
            <select {...ids} class="in" value={kind} onChange={(event) => setKind(event.currentTarget.value)}>
              {Object.entries(forms).map(([each, { title }]) => (
                <option key={each} value={each}>
                  {title}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={words.name}>
          {(ids) => <input {...ids} class="in" name="name" required maxLength={80} />}
        </Field>
        {(forms[kind]?.asked ?? []).map(({ name, label, help, most, optional }) => (
          <Field key={`${kind} ${name}`} label={label} help={help}>
            {(ids) => (
              <input
                {...ids}
                class="in"
                name={`asked-${name}`}
                type="text"
                required={!optional}
                maxLength={most}
                autocomplete="off"
              />
            )}
          </Field>
        ))}
        <Problem text={problem} />
        {doubtful && <p class="help">{channelCheck.warning}</p>}
        <div class="btns">
          <button type="submit" class="btn primary">
            {common.save}
          </button>
          {doubtful && (
            <button type="submit" class="btn" name="how" value="anyway">
              {channelCheck.anyway}
            </button>
          )}
          <button type="button" class="btn" onClick={onCancel}>
            {common.cancel}
          </button>
          <span class="help" role="status">
            {asking && channelCheck.asking}
          </span>
        </div>
      </form>
    </div>
  );
}
