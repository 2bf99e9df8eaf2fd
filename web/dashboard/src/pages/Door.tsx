// The card that stands before the dashboard: sign in, set up.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { login, product } from "../../../shared/src/text.ts";
import { Icon } from "../ui/Icon.tsx";

interface DoorProps {
  title: string;
  lead?: string;
  children?: ComponentChildren;
}

export function Door({ title, lead, children }: DoorProps) {
  return (
    <main class="login">
      <div class="box">
        <div class="mark">
          <svg viewBox="0 0 30 30" aria-hidden="true">
            <rect class="tile" width="30" height="30" rx="8" />
            <path class="line" d="M8 9.5h9a3 3 0 0 1 3 3v2a3 3 0 0 1-3 3h-4l-3.5 3v-3H8" />
            <circle class="dotty" cx="22" cy="20.5" r="2" />
          </svg>
          {product}
        </div>
        <div class="card">
          <h1>{title}</h1>
          {lead && <p class="sec">{lead}</p>}
          {children}
        </div>
      </div>
    </main>
  );
}

export function Alert({ children }: { children: ComponentChildren }) {
  return (
    <p class="err" role="alert">
      <Icon name="alert" size="m" />
      <span>{children}</span>
    </p>
  );
}

interface PasswordProps {
  label: string;
  autocomplete: "current-password" | "new-password";
  help?: string;
  shortest?: number;
}

export function PasswordField({ label, autocomplete, help, shortest }: PasswordProps) {
  const [shown, setShown] = useState(false);
  return (
    <div class="field">
      <label for="password">{label}</label>
      <div class="pwrow">
        <input
          class="in"
          id="password"
          name="password"
          type={(shown ? "text" : "password") as "password"}
          autocomplete={autocomplete}
          minLength={shortest}
          required
          aria-describedby={help ? "passwordhelp" : undefined}
        />
        <button
          type="button"
          class="btn ghost"
          aria-pressed={shown}
          aria-label={login.showPassword}
          onClick={() => setShown(!shown)}
        >
          {shown ? login.hide : login.show}
        </button>
      </div>
      {help && (
        <span class="help" id="passwordhelp">
          {help}
        </span>
      )}
    </div>
  );
}
