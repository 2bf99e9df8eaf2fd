// Who answers first: nobody, the built-in assistant, or an AI behind an address.
import { useState } from "preact/hooks";
import { botSettings as words } from "../../../shared/src/text/people.ts";
import { common, settings as shared } from "../../../shared/src/text.ts";
import { call } from "../api.ts";
import { notify } from "../state/notices.ts";
import { renewScope } from "../state/scopes.ts";
import { FormButtons } from "./FormButtons.tsx";
import { Field, LoadProblem, linesOf, Once, Problem, refusal, useLoaded } from "./parts.tsx";

type Kind = "none" | "scripted" | "http";

interface Bot {
  kind: Kind;
  greeting?: string;
  quick_replies?: string[];
  human_phrases?: string[];
  handoff_message?: string;
  fallback?: string[];
  rules?: object[];
  url?: string;
  secret?: string;
}

const MASKED = "***";

export function BotSettings({ scopeId }: { scopeId: string }) {
  const { value, problem, reload } = useLoaded<Bot>(`/scopes/${scopeId}/bot`);
  if (problem) return <LoadProblem problem={problem} reload={reload} />;
  return value && <BotForm scopeId={scopeId} bot={value} />;
}

function BotForm({ scopeId, bot }: { scopeId: string; bot: Bot }) {
  const [kind, setKind] = useState<Kind>(bot.kind);
  const [problem, setProblem] = useState("");
  const [secret, setSecret] = useState("");
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const body = read(kind, new FormData(event.currentTarget as HTMLFormElement));
    if (!body) {
      setProblem(words.badRules);
      return;
    }
    try {
      const saved = await call<Bot>("PUT", `/scopes/${scopeId}/bot`, body);
      setProblem("");
      setSecret(saved.secret && saved.secret !== MASKED ? saved.secret : "");
      notify(common.saved);
      await renewScope(scopeId);
    } catch (error) {
      setProblem(refusal(error));
    }
  };
  return (
    <>
      <div class="phead">
        <h2 class="t grow">{shared.bot}</h2>
      </div>
      <p class="lead">{words.lead}</p>
      {secret && <Once label={words.secret} value={secret} />}
      <div class="card">
        <form class="form" onSubmit={submit}>
          <Problem text={problem} />
          <Field label={words.kind}>
            {(ids) => (
              <select
                {...ids}
                class="in"
                value={kind}
                onChange={(event) => setKind(event.currentTarget.value as Kind)}
              >
                <option value="none">{words.none}</option>
                <option value="scripted">{words.scripted}</option>
                <option value="http">{words.http}</option>
              </select>
            )}
          </Field>
          {kind === "http" && (
            <Field label={words.url}>
              {(ids) => (
                <input {...ids} class="in" name="url" type="url" required defaultValue={bot.url ?? ""} />
              )}
            </Field>
          )}
          {kind !== "none" && (
            <>
              <Area name="greeting" label={words.greeting} text={bot.greeting ?? ""} />
              <Area
                name="quick_replies"
                label={words.quickReplies}
                help={words.perLine}
                text={(bot.quick_replies ?? []).join("\n")}
              />
            </>
          )}
          {kind === "scripted" && <ScriptFields bot={bot} />}
          <FormButtons />
        </form>
      </div>
    </>
  );
}

function ScriptFields({ bot }: { bot: Bot }) {
  return (
    <>
      <Area
        name="human_phrases"
        label={words.humanPhrases}
        help={words.perLine}
        text={(bot.human_phrases ?? []).join("\n")}
      />
      <Area name="handoff_message" label={words.handoffMessage} text={bot.handoff_message ?? ""} />
      <Area
        name="fallback"
        label={words.fallback}
        help={words.fallbackHelp}
        text={(bot.fallback ?? []).join("\n")}
      />
      <Area
        name="rules"
        label={words.rules}
        help={words.rulesHelp}
        text={JSON.stringify(bot.rules ?? [], null, 2)}
        code
      />
    </>
  );
}

interface AreaProps {
  name: string;
  label: string;
  text: string;
  help?: string;
  code?: boolean;
}

function Area({ name, label, text, help, code }: AreaProps) {
  return (
    <Field label={label} help={help}>
      {(ids) => (
        <textarea
          {...ids}
          class={code ? "in code" : "in"}
          name={name}
          spellcheck={!code}
          dir={code ? "ltr" : "auto"}
          defaultValue={text}
        />
      )}
    </Field>
  );
}

/** What the form says; `null` when the rules are no list. */
function read(kind: Kind, form: FormData): Bot | null {
  const text = (name: string) => String(form.get(name) ?? "").trim();
  if (kind === "none") return { kind };
  const common = { kind, greeting: text("greeting"), quick_replies: linesOf(text("quick_replies")) };
  if (kind === "http") return { ...common, url: text("url") };
  try {
    const rules: unknown = JSON.parse(text("rules") || "[]");
    if (!Array.isArray(rules)) return null;
    return {
      ...common,
      human_phrases: linesOf(text("human_phrases")),
      handoff_message: text("handoff_message"),
      fallback: linesOf(text("fallback")),
      rules,
    };
  } catch {
    return null;
  }
}
