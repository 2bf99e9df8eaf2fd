// What the settings pages share.
import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useId, useState } from "preact/hooks";
import { language } from "../../../shared/src/chosen.ts";
import { common, settings as words } from "../../../shared/src/text.ts";
import { call, explain } from "../api.ts";
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
  /** Draws the control, which takes these. */
  children: (ids: { id: string; "aria-describedby"?: string }) => ComponentChildren;
}

export function Field({ label, help, children }: FieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(help ? { id, "aria-describedby": `${id}h` } : { id })}
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

/** The server's own words for a field it refused where they are in the reader's language, else ours. */
export function refusal(error: unknown): string {
  const spoken =
    language === "en" &&
    error &&
    typeof error === "object" &&
    "code" in error &&
    error.code === "bad_request";
  return spoken && "message" in error ? String(error.message) : explain(error);
}
