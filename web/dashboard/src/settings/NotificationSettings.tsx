// How this browser tells its reader that somebody needs them.
import { useId, useState } from "preact/hooks";
import { alerts as words } from "../../../shared/src/text/alerts.ts";
import { timeOrDate } from "../../../shared/src/when.ts";
import { forEver, tomorrowAtEight } from "../alerts/decide.ts";
import { askPermission, permission, show } from "../alerts/desktop.ts";
import { pushes, startPush, stopPush, testPush } from "../alerts/push.ts";
import { alertSettings, changeAlerts } from "../alerts/settings.ts";
import { play } from "../alerts/sound.ts";
import { Field, Problem } from "./parts.tsx";

const MINUTE = 60_000;

export function NotificationSettings() {
  const settings = alertSettings.value;
  const [problem, setProblem] = useState(permission() === "missing" ? words.desktopMissing : "");
  const [tested, setTested] = useState(false);

  const turnDesktop = async (on: boolean) => {
    const allowed = on ? await askPermission() : "granted";
    changeAlerts({ desktop: on && allowed === "granted" });
    if (allowed === "missing") setProblem(words.desktopMissing);
    else setProblem(allowed === "granted" ? "" : words.desktopDenied);
  };
  const turnPush = async (push: boolean) => {
    setProblem("");
    if (push && !pushes()) return setProblem(words.pushMissing);
    if (push && (await askPermission()) !== "granted") return setProblem(words.desktopDenied);
    try {
      await (push ? startPush({ ...settings, push }) : stopPush());
      changeAlerts({ push });
    } catch {
      // A browser that cannot be reached any more is off in any case.
      changeAlerts({ push: false });
      if (push) setProblem(words.pushFailed);
    }
  };
  const test = async () => {
    setProblem("");
    if (settings.push) await testPush().catch(() => setProblem(words.pushUntested));
    if (settings.sound) await play("unassigned").catch(() => {});
    if (settings.desktop) await show(words.testTitle, words.testBody, null).catch(() => {});
    setTested(true);
  };

  return (
    <>
      <h2 class="t">{words.title}</h2>
      <p class="lead">{words.lead}</p>
      <div class="card">
        <div class="ch1">
          <h3>{words.what}</h3>
        </div>
        <Switch
          label={words.unassigned}
          help={words.unassignedHelp}
          on={settings.unassigned}
          onTurn={(unassigned) => changeAlerts({ unassigned })}
        />
        <Switch
          label={words.mine}
          help={words.mineHelp}
          on={settings.mine}
          onTurn={(mine) => changeAlerts({ mine })}
        />
        <Switch
          label={words.mention}
          help={words.mentionHelp}
          on={settings.mention}
          onTurn={(mention) => changeAlerts({ mention })}
        />
      </div>
      <div class="card after">
        <div class="ch1">
          <h3>{words.how}</h3>
        </div>
        <Switch
          label={words.sound}
          help={words.soundHelp}
          on={settings.sound}
          onTurn={(sound) => changeAlerts({ sound })}
        />
        <Switch
          label={words.desktop}
          help={words.desktopHelp}
          on={settings.desktop && permission() === "granted"}
          onTurn={turnDesktop}
        />
        <Switch
          label={words.push}
          help={words.pushHelp}
          on={settings.push && permission() === "granted"}
          onTurn={turnPush}
        />
      </div>
      <Problem text={problem} />
      <div class="card after form">
        <Quiet />
        <div class="btns">
          <button type="button" class="btn" onClick={test}>
            {words.test}
          </button>
          <span role="status" class="mut">
            {tested && words.tested}
          </span>
        </div>
      </div>
      <p class="lead after">{words.install}</p>
    </>
  );
}

interface SwitchProps {
  label: string;
  help: string;
  on: boolean;
  onTurn: (on: boolean) => void;
}

function Switch({ label, help, on, onTurn }: SwitchProps) {
  const id = useId();
  return (
    <div class="memrow">
      <label class="grow" for={id}>
        <b>{label}</b>
        <small id={`${id}h`}>{help}</small>
      </label>
      <input
        id={id}
        class="switch"
        type="checkbox"
        role="switch"
        aria-checked={on}
        aria-label={label}
        aria-describedby={`${id}h`}
        checked={on}
        onChange={(event) => {
          onTurn(event.currentTarget.checked);
          event.currentTarget.checked = on;
        }}
      />
    </div>
  );
}

function Quiet() {
  const until = alertSettings.value.quietUntil;
  const now = Date.now();
  const choose = (choice: string) => {
    const ends: Record<string, number> = {
      "30": now + 30 * MINUTE,
      "60": now + 60 * MINUTE,
      tomorrow: tomorrowAtEight(now),
      on: forEver,
    };
    if (choice !== "kept") changeAlerts({ quietUntil: ends[choice] ?? 0 });
  };
  const kept = until > now && until !== forEver;
  return (
    <Field label={words.quiet} help={words.quietHelp}>
      {(ids) => (
        <select
          {...ids}
          class="in"
          value={kept ? "kept" : until === forEver ? "on" : "off"}
          onChange={(event) => choose(event.currentTarget.value)}
        >
          <option value="off">{words.quietOff}</option>
          {kept && <option value="kept">{words.quietUntil(timeOrDate(until, now))}</option>}
          <option value="30">{words.quiet30}</option>
          <option value="60">{words.quiet60}</option>
          <option value="tomorrow">{words.quietTomorrow}</option>
          <option value="on">{words.quietOn}</option>
        </select>
      )}
    </Field>
  );
}
