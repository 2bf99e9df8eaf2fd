// The member's own page: name, password, how the dashboard looks and listens to keys, where they are signed in, mail.
import { useState } from "preact/hooks";
import { locale, ownChoice, remember } from "../../../shared/src/chosen.ts";
import { choose, isLanguage, languages } from "../../../shared/src/language.ts";
import type { Me } from "../../../shared/src/protocol.gen.ts";
import { profilePage as words } from "../../../shared/src/text/profile.ts";
import { common, profile } from "../../../shared/src/text.ts";
import { call } from "../api.ts";
import { deviceOf } from "../details/readable.ts";
import { enterSends, singleKeys, switchEnter, switchSingleKeys } from "../state/keys.ts";
import { notify, notifyFailure } from "../state/notices.ts";
import { myPresence, setPresence } from "../state/scopes.ts";
import { me } from "../state/session.ts";
import { type Theme, theme } from "../state/theme.ts";
import { Chip } from "../ui/Avatar.tsx";
import { FormButtons } from "./FormButtons.tsx";
import { LanguageOptions } from "./LanguageOptions.tsx";
import { PictureField } from "./PictureField.tsx";
import { Field, LoadProblem, Problem, refusal, useLoaded } from "./parts.tsx";

export function Profile() {
  return (
    <div class="wrap">
      <div class="phead">
        <h1>{words.title}</h1>
      </div>
      <div class="set one">
        <section>
          <NameCard />
          <LookCard />
          <PasswordCard />
          <SessionsCard />
          <MailCard />
        </section>
      </div>
    </div>
  );
}

function NameCard() {
  const [problem, setProblem] = useState("");
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    try {
      me.value = await call<Me>("PATCH", "/session", { name: String(form.get("name")).trim() });
      setProblem("");
      notify(common.saved);
    } catch (error) {
      setProblem(refusal(error));
    }
  };
  return (
    <>
      <h2 class="t">{words.you}</h2>
      <p class="lead">{words.youLead}</p>
      <div class="card">
        <form class="form" onSubmit={submit}>
          <PictureField />
          <Problem text={problem} />
          <Field label={words.name}>
            {(ids) => (
              <input
                {...ids}
                class="in"
                name="name"
                required
                maxLength={80}
                autocomplete="name"
                defaultValue={me.value?.name ?? ""}
              />
            )}
          </Field>
          <Field label={words.email} help={words.emailHelp}>
            {(ids) => <input {...ids} class="in" readOnly value={me.value?.email ?? ""} />}
          </Field>
          <FormButtons />
        </form>
      </div>
    </>
  );
}

const themes: [Theme, string][] = [
  ["system", profile.system],
  ["light", profile.light],
  ["dark", profile.dark],
];

/** The words of a page are fixed when it loads, so it is loaded anew. */
function speak(event: Event & { currentTarget: HTMLSelectElement }): void {
  const { value } = event.currentTarget;
  remember(isLanguage(value) ? value : null);
  location.reload();
}

function LookCard() {
  return (
    <>
      <h2 class="t later">{words.look}</h2>
      <p class="lead">{words.lookLead}</p>
      <div class="card">
        <div class="form">
          <Field label={profile.status}>
            {(ids) => (
              <select
                {...ids}
                class="in"
                value={myPresence.value === "away" ? "away" : "online"}
                onChange={(event) => setPresence(event.currentTarget.value as "online" | "away")}
              >
                <option value="online">{profile.available}</option>
                <option value="away">{profile.away}</option>
              </select>
            )}
          </Field>
          <Field label={profile.theme}>
            {(ids) => (
              <select
                {...ids}
                class="in"
                value={theme.value}
                onChange={(event) => {
                  theme.value = event.currentTarget.value as Theme;
                }}
              >
                {themes.map(([value, label]) => (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field label={words.language}>
            {(ids) => (
              <select {...ids} class="in" value={ownChoice ?? ""} onChange={speak}>
                <option value="">{words.languageOfBrowser(languages[choose(navigator.languages)])}</option>
                <LanguageOptions />
              </select>
            )}
          </Field>
          <label class="check">
            <input type="checkbox" checked={singleKeys.value} onChange={switchSingleKeys} />
            {profile.singleKeys}
          </label>
          <label class="check">
            <input type="checkbox" checked={enterSends.value} onChange={switchEnter} />
            {words.enterSends}
          </label>
        </div>
      </div>
    </>
  );
}

function PasswordCard() {
  const [problem, setProblem] = useState("");
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const element = event.currentTarget as HTMLFormElement;
    const form = new FormData(element);
    try {
      await call("PUT", "/session/password", { old: form.get("old"), new: form.get("new") });
      setProblem("");
      element.reset();
      notify(words.passwordChanged);
    } catch (error) {
      setProblem(refusal(error));
    }
  };
  return (
    <>
      <h2 class="t later">{words.password}</h2>
      <p class="lead">{words.passwordLead}</p>
      <div class="card">
        <form class="form" onSubmit={submit}>
          <Problem text={problem} />
          <Field label={words.oldPassword}>
            {(ids) => (
              <input
                {...ids}
                class="in"
                name="old"
                type="password"
                required
                autocomplete="current-password"
              />
            )}
          </Field>
          <Field label={words.newPassword} help={words.newPasswordHelp}>
            {(ids) => (
              <input
                {...ids}
                class="in"
                name="new"
                type="password"
                required
                minLength={12}
                maxLength={128}
                autocomplete="new-password"
              />
            )}
          </Field>
          <FormButtons submit={words.changePassword} />
        </form>
      </div>
    </>
  );
}

interface Login {
  id: string;
  current: boolean;
  last_seen_at: number;
  address: string | null;
  user_agent: string | null;
}

const moment = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });

function SessionsCard() {
  const { value, problem, reload } = useLoaded<{ items: Login[] }>("/session/list?limit=200");
  const end = (login: Login) =>
    call("DELETE", `/session/list/${login.id}`).catch(notifyFailure).finally(reload);
  return (
    <>
      <h2 class="t later">{words.sessions}</h2>
      <p class="lead">{words.sessionsLead}</p>
      {problem && <LoadProblem problem={problem} reload={reload} />}
      <ul class="card">
        {value?.items.map((login) => {
          const name = deviceOf(login.user_agent ?? "")?.name ?? words.unknownBrowser;
          return (
            <li class="krow" key={login.id}>
              <div class="grow">
                <b class="trunc" title={login.user_agent ?? ""}>
                  {name}
                </b>
                <small>{words.seen(moment.format(login.last_seen_at), login.address ?? "")}</small>
              </div>
              {login.current ? (
                <Chip kind="ok">{words.thisOne}</Chip>
              ) : (
                <button type="button" class="btn small" onClick={() => end(login)}>
                  {words.endSession}
                  <span class="sr"> {name}</span>
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </>
  );
}

function MailCard() {
  const { value } = useLoaded<{ mail: boolean; scopes: { role: string }[] }>("/session");
  const [told, setTold] = useState("");
  if (!value?.mail || !value.scopes.some(({ role }) => role === "owner")) return null;
  const test = () => {
    setTold(words.mailSending);
    call<{ to: string }>("POST", "/mail/test").then(
      ({ to }) => setTold(words.mailSent(to)),
      (error) => setTold(refusal(error)),
    );
  };
  return (
    <>
      <h2 class="t later">{words.mail}</h2>
      <p class="lead">{words.mailLead}</p>
      <button type="button" class="btn" onClick={test}>
        {words.mailTest}
      </button>
      <p role="status">{told}</p>
    </>
  );
}
