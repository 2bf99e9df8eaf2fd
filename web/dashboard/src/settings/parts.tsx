// What the settings pages share.
import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useId, useState } from "preact/hooks";
import { language } from "../../../shared/src/chosen.ts";
import { common, settings as words } from "../../../shared/src/text.ts";
import { ApiError, call, explain } from "../api.ts";
import { Icon } from "../ui/Icon.tsx";

/** Something read from the server, and a way to read it again. */
export function useLoaded<T>(path: string): { value: T | null; problem: string; reload: () => void } {
  const [value, setValue] = useState<T | null>(null);
  const [problem, setProblem] = useState("");
  const reload = useCallback(() => {
    call<T>("GET", path).then(
      (answer) => {
        setValue(answer);
        setProblem("");
      },
      (error) => setProblem(explain(error)),
    );
  }, [path]);
  useEffect(reload, [reload]);
  return { value, problem, reload };
}

export function LoadProblem({ problem, reload }: { problem: string; reload: () => void }) {
  return (
    <div role="alert">
      <p class="lead">
        {words.failed} {problem}
      </p>
      <button type="button" class="btn" onClick={reload}>
        {common.tryAgain}
      </button>
    </div>
  );
}

interface FieldProps {
  label: string;
  help?: string;
  /** What is wrong with it; empty: nothing. */
  problem?: string;
  /** Draws the control, which takes these. */
  children: (ids: { id: string; "aria-describedby"?: string; "aria-invalid"?: boolean }) => ComponentChildren;
}

export function Field({ label, help, problem, children }: FieldProps) {
  const id = useId();
  const about = [problem && `${id}p`, help && `${id}h`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({
        id,
        ...(about && { "aria-describedby": about }),
        ...(problem && { "aria-invalid": true }),
      })}
      {problem && (
        <span class="problem" id={`${id}p`}>
          {problem}
        </span>
      )}
      {help && (
        <span class="help" id={`${id}h`}>
          {help}
        </span>
      )}
    </div>
  );
}

export function CopyButton({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  // Browsers have no clipboard for pages without TLS; the text can be selected there.
  if (!navigator.clipboard) return null;
  const copy = () => navigator.clipboard.writeText(text).then(() => setCopied(true));
  return (
    <button type="button" class="btn small" title={words.copyLabel} onClick={copy}>
      <Icon name={copied ? "check" : "copy"} size="s" />
      <span role="status">{copied ? common.copied : common.copy}</span>
    </button>
  );
}

/** A value that the server tells once: a link, a secret. */
export function Once({ label, value, help }: { label: string; value: string; help?: string }) {
  return (
    <div class="once" role="status">
      <b>{label}</b>
      <div class="line">
        <input
          class="in sm"
          readOnly
          aria-label={label}
          value={value}
          onFocus={(event) => event.currentTarget.select()}
        />
        <CopyButton text={value} />
      </div>
      <span>{help ?? words.shownOnce}</span>
    </div>
  );
}

/** The lines of a text box that hold something. */
export function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}

export function Problem({ text }: { text: string }) {
  return text ? (
    <p class="problem" role="alert">
      {text}
    </p>
  ) : null;
}

/** What to say of a form that was refused. The server's own words name the field, in English: they stand alone for those who read it,
 *  else behind ours, marked off as text of another direction. */
export function refusal(error: unknown): string {
  if (!(error instanceof ApiError) || error.code !== "bad_request" || !error.message) return explain(error);
  return language === "en" ? error.message : `${explain(error)} (\u2068${error.message}\u2069)`;
}
