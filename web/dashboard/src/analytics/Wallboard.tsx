// Who waits and who is there at this moment: from the live list that the supervisor keeps up to date in every dashboard.

import { analytics as words } from "../../../shared/src/text/reports.ts";
import { profile } from "../../../shared/src/text.ts";
import { wait } from "../../../shared/src/when.ts";
import { now } from "../state/now.ts";
import { allSections } from "../state/rows.ts";
import { scope } from "../state/scopes.ts";
import { Avatar, Chip } from "../ui/Avatar.tsx";

export function Wallboard() {
  const { unassigned, mine, assigned, ai } = allSections.value;
  const load = new Map<string, number>();
  for (const row of [...mine, ...assigned]) {
    const owner = row.assignee?.id ?? "";
    load.set(owner, (load.get(owner) ?? 0) + 1);
  }
  const oldest = unassigned[0];
  const longest = oldest ? wait(now.value - (oldest.waiting_since ?? oldest.opened_at)) : words.none;
  const members = (scope.value?.members ?? [])
    .filter((member) => member.presence !== "offline" || load.has(member.id))
    .sort((a, b) => (load.get(b.id) ?? 0) - (load.get(a.id) ?? 0) || a.name.localeCompare(b.name));
  const online = members.filter((member) => member.presence === "online").length;
  return (
    <section class="card wall" aria-label={words.now}>
      <div class="ch1">
        <h2>{words.now}</h2>
        <span class="mut">{words.onlineMembers(online)}</span>
      </div>
      <dl>
        <Figure name={words.waiting} value={String(unassigned.length)} alarm={unassigned.length > 0} />
        <Figure name={words.longest} value={longest} alarm={unassigned.length > 0} />
        <Figure name={words.withMembers} value={String(mine.length + assigned.length)} />
        <Figure name={words.withAi} value={String(ai.length)} />
      </dl>
      <ul class="load">
        {members.map((member) => {
          const chats = load.get(member.id) ?? 0;
          const presence = { online: profile.available, away: profile.away, offline: profile.offline };
          return (
            <li key={member.id}>
              <Avatar name={member.name} member={member.id} size="sm" presence={member.presence} />
              <span class="sr">{words.load(member.name, chats, presence[member.presence])}</span>
              <span class="trunc" aria-hidden="true">
                {member.name}
              </span>
              <span aria-hidden="true">
                <Chip>{chats}</Chip>
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Figure({ name, value, alarm = false }: { name: string; value: string; alarm?: boolean }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class={alarm ? "num warn" : "num"}>{value}</dd>
    </div>
  );
}
