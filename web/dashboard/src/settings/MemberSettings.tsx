// Who belongs to the scope, and one-time links for those who shall.
import { useState } from "preact/hooks";
import type { Role } from "../../../shared/src/protocol.gen.ts";
import { memberSettings as words } from "../../../shared/src/text/people.ts";
import { profile, settings as shared } from "../../../shared/src/text.ts";
import { call } from "../api.ts";
import { notifyFailure } from "../state/notices.ts";
import { memberById, renewScope, scope } from "../state/scopes.ts";
import { me } from "../state/session.ts";
import { Avatar, Chip } from "../ui/Avatar.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Menu, MenuItem } from "../ui/Menu.tsx";
import { FormButtons } from "./FormButtons.tsx";
import { Field, LoadProblem, Once, Problem, refusal, useLoaded } from "./parts.tsx";

interface Member {
  id: string;
  name: string;
  email: string;
  role: Role;
  disabled: boolean;
}

type Invitee = Pick<Member, "name" | "email" | "role">;

interface Invited {
  member: Member;
  /** `null` for somebody who signs in with a password of their own. */
  link: string | null;
  /** It is on its way by mail. */
  mailed: boolean;
}

const roles: Role[] = ["agent", "admin", "owner"];

export function MemberSettings({ scopeId }: { scopeId: string }) {
  const base = `/scopes/${scopeId}/members`;
  const { value, problem, reload } = useLoaded<{ items: Member[] }>(`${base}?limit=200`);
  const [inviting, setInviting] = useState(false);
  const [invited, setInvited] = useState<Invited | null>(null);
  const [leaving, setLeaving] = useState<Member | null>(null);
  if (problem) return <LoadProblem problem={problem} reload={reload} />;
  if (!value) return null;

  const changed = () => {
    reload();
    renewScope(scopeId).catch(notifyFailure);
  };
  const invite = async ({ name, email, role }: Invitee) => {
    setInvited(await call<Invited>("POST", base, { name, email, role }));
    setInviting(false);
    changed();
  };
  const change = (member: Member, body: object) =>
    call("PATCH", `${base}/${member.id}`, body).catch(notifyFailure).finally(changed);
  const remove = (member: Member) => {
    setLeaving(null);
    call("DELETE", `${base}/${member.id}`).catch(notifyFailure).finally(changed);
  };

  return (
    <>
      <div class="phead">
        <h2 class="t grow">{shared.members}</h2>
        <button type="button" class="btn primary" onClick={() => setInviting(true)}>
          <Icon name="plus" size="m" />
          {words.invite}
        </button>
      </div>
      <p class="lead">{words.lead}</p>
      {invited?.link && (
        <Once
          label={words.link(invited.member.name)}
          value={invited.link}
          help={invited.mailed ? words.linkMailed(invited.member.email) : words.linkHelp}
        />
      )}
      {invited && !invited.link && (
        <p class="once" role="status">
          {words.noLink(invited.member.name)}
        </p>
      )}
      {inviting && <InviteForm onInvite={invite} onCancel={() => setInviting(false)} />}
      <div class="card after">
        <ul>
          {value.items.map((member) => (
            <MemberLine
              key={member.id}
              member={member}
              onRole={(role) => change(member, { role })}
              onLink={() => invite(member).catch(notifyFailure)}
              onRemove={() => setLeaving(member)}
            />
          ))}
        </ul>
      </div>
      {leaving && (
        <Dialog
          role="alertdialog"
          title={words.removeTitle(leaving.name)}
          lead={words.removeLead}
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
    </>
  );
}

interface LineProps {
  member: Member;
  onRole: (role: Role) => void;
  onLink: () => void;
  onRemove: () => void;
}

function MemberLine({ member, onRole, onLink, onRemove }: LineProps) {
  const self = member.id === me.value?.id;
  const presence = memberById(member.id)?.presence ?? "offline";
  const above = member.role === "owner" && scope.value?.role !== "owner";
  const status = { online: profile.available, away: profile.away, offline: profile.offline }[presence];
  return (
    <li class="memrow">
      <Avatar name={member.name} member={member.id} presence={presence} />
      <div class="grow">
        <b class="trunc">{member.name}</b>
        <small class="trunc">{member.email}</small>
      </div>
      <Chip kind={member.disabled ? "bad" : presence === "online" ? "ok" : presence === "away" ? "warn" : ""}>
        {member.disabled ? words.disabled : status}
      </Chip>
      <RoleSelect
        label={words.roleOf(member.name)}
        value={member.role}
        disabled={self || above}
        onChange={onRole}
      />
      {self || above ? (
        <span class="icon" />
      ) : (
        <Menu class="icon" place="below-end" label={words.moreFor(member.name)} button={<Icon name="dots" />}>
          <MenuItem onSelect={onLink}>{words.newLink}</MenuItem>
          <MenuItem onSelect={onRemove}>{words.remove}</MenuItem>
        </Menu>
      )}
    </li>
  );
}

interface RoleProps {
  label: string;
  value: Role;
  disabled?: boolean;
  onChange: (role: Role) => void;
}

function RoleSelect({ label, value, disabled, onChange }: RoleProps) {
  return (
    <select
      class="in roles"
      aria-label={label}
      value={value}
      disabled={disabled}
      onChange={(event) => onChange(event.currentTarget.value as Role)}
    >
      {roles.map((role) => (
        <option key={role} value={role} disabled={role === "owner" && scope.value?.role !== "owner"}>
          {words[role]}
        </option>
      ))}
    </select>
  );
}

interface InviteProps {
  onInvite: (invitee: Invitee) => Promise<void>;
  onCancel: () => void;
}

function InviteForm({ onInvite, onCancel }: InviteProps) {
  const [problem, setProblem] = useState("");
  const [role, setRole] = useState<Role>("agent");
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const body = { name: String(form.get("name")).trim(), email: String(form.get("email")).trim(), role };
    onInvite(body).catch((error) => setProblem(refusal(error)));
  };
  return (
    <div class="card">
      <form class="form" onSubmit={submit}>
        <Problem text={problem} />
        <Field label={words.name}>
          {(ids) => <input {...ids} class="in" name="name" required maxLength={80} autocomplete="off" />}
        </Field>
        <Field label={words.email}>
          {(ids) => <input {...ids} class="in" name="email" type="email" required autocomplete="off" />}
        </Field>
        <div class="field">
          <span class="lab">{words.role}</span>
          <RoleSelect label={words.role} value={role} onChange={setRole} />
        </div>
        <FormButtons submit={words.create} onCancel={onCancel} />
      </form>
    </div>
  );
}
