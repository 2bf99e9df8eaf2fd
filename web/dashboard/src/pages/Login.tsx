// Signing in.
import { useEffect, useRef, useState } from "preact/hooks";
import { login as words } from "../../../shared/src/text.ts";
import { ApiError } from "../api.ts";
import { logIn } from "../state/session.ts";
import { Alert, Door, PasswordField } from "./Door.tsx";

export function Login() {
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const email = useRef<HTMLInputElement>(null);
  useEffect(() => email.current?.focus(), []);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    setProblem("");
    try {
      await logIn(String(form.get("email")), String(form.get("password")));
    } catch (error) {
      setProblem(reason(error));
      setBusy(false);
    }
  };

  return (
    <Door title={words.title} lead={location.host}>
      {problem && <Alert>{problem}</Alert>}
      <form onSubmit={submit}>
        <div class="field">
          <label for="email">{words.email}</label>
          <input
            ref={email}
            class="in"
            id="email"
            name="email"
            type="email"
            autocomplete="username"
            required
          />
        </div>
        <PasswordField label={words.password} autocomplete="current-password" />
        <button type="submit" class="btn primary big" disabled={busy}>
          {words.submit}
        </button>
      </form>
    </Door>
  );
}

function reason(error: unknown): string {
  if (!(error instanceof ApiError)) return words.failed;
  if (error.status === 401 || error.status === 400) return words.wrong;
  return error.code === "rate_limited" ? words.tooMany : words.failed;
}
