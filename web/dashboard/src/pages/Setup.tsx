// A one-time link: the first owner, an invited member, or a new password. The token comes in the fragment, which
// browsers do not send to servers, and leaves the address bar at once.
import { useEffect, useState } from "preact/hooks";
import { common, login, setup as words } from "../../../shared/src/text.ts";
import { ApiError, call, explain } from "../api.ts";
import { follow } from "../router.ts";
import { refusal } from "../settings/parts.tsx";
import { acceptInvitation } from "../state/session.ts";
import { Alert, Door, PasswordField } from "./Door.tsx";

interface Invitation {
  email: string;
  name: string;
  purpose: "setup" | "invite" | "reset";
}

const SHORTEST_PASSWORD = 12;

/** Read once; a reload of the page needs the link again. */
const token = location.pathname === "/setup" ? takeToken() : "";

function takeToken(): string {
  const fragment = location.hash.slice(1);
  history.replaceState(null, "", "/setup");
  return decodeURIComponent(fragment.replace(/^token=/, ""));
}

export function Setup() {
  const [invitation, setInvitation] = useState<Invitation | null>(null);
  const [dead, setDead] = useState(token ? "" : words.noToken);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);

  useEffect(() => {
    if (!token) return;
    call<Invitation>("POST", "/invitations/look", { token }).then(setInvitation, (error) =>
      setDead(error instanceof ApiError && error.status ? words.badToken : explain(error)),
    );
  }, []);

  if (dead) {
    return (
      <Door title={words.inviteTitle}>
        <Alert>{dead}</Alert>
        <p class="after">
          <a href="/login" onClick={follow}>
            {words.toLogin}
          </a>
        </p>
      </Door>
    );
  }
  if (!invitation) return <Door title={common.loading} />;

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    setProblem("");
    try {
      await acceptInvitation({
        token,
        name: String(form.get("name")).trim(),
        ...(invitation.purpose === "setup" ? { email: String(form.get("email")).trim() } : {}),
        password: String(form.get("password")),
      });
    } catch (error) {
      setProblem(refusal(error));
      setBusy(false);
    }
  };

  const { title, lead } = wording(invitation);
  return (
    <Door title={title} lead={lead}>
      {problem && <Alert>{problem}</Alert>}
      <form onSubmit={submit}>
        <div class="field">
          <label for="email">{login.email}</label>
          <input
            class="in"
            id="email"
            name="email"
            type="email"
            autocomplete="username"
            required
            defaultValue={invitation.email}
            readOnly={invitation.purpose !== "setup"}
          />
        </div>
        <div class="field">
          <label for="name">{words.name}</label>
          <input
            class="in"
            id="name"
            name="name"
            autocomplete="name"
            required
            maxLength={100}
            defaultValue={invitation.name}
            aria-describedby="namehelp"
          />
          <span class="help" id="namehelp">
            {words.nameHelp}
          </span>
        </div>
        <PasswordField
          label={words.password}
          autocomplete="new-password"
          help={words.passwordHelp}
          shortest={SHORTEST_PASSWORD}
        />
        <button type="submit" class="btn primary big" disabled={busy}>
          {words.submit}
        </button>
      </form>
    </Door>
  );
}

function wording(invitation: Invitation): { title: string; lead: string } {
  if (invitation.purpose === "setup") return { title: words.ownerTitle, lead: words.ownerLead };
  if (invitation.purpose === "reset") return { title: words.resetTitle, lead: words.resetLead };
  return { title: words.inviteTitle, lead: words.inviteLead };
}
