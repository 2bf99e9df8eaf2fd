// Transfer to a colleague, to the queue or to the AI; the transcript as a file.
import type { Row } from "../../../shared/src/protocol.gen.ts";
import { chat, menu } from "../../../shared/src/text.ts";
import { call } from "../api.ts";
import { acting, transfer } from "../state/actions.ts";
import { online } from "../state/connection.ts";
import { notify, notifyFailure } from "../state/notices.ts";
import { scopeOf, supervises } from "../state/scopes.ts";
import { mail, me } from "../state/session.ts";
import { Avatar } from "../ui/Avatar.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Menu, MenuGroup, MenuItem } from "../ui/Menu.tsx";

export function MoreMenu({ row }: { row: Row }) {
  const scope = scopeOf(row);
  const mine = row.assignee?.id === me.value?.id;
  const mayTransfer = row.status === "assigned" && (mine || supervises.value);
  const blocked = !online.value || acting.value !== null;
  const colleagues = (scope?.members ?? []).filter(
    (member) => member.id !== row.assignee?.id && member.presence !== "offline",
  );
  return (
    <Menu
      class="icon more"
      place="below-end"
      label={chat.more}
      title={chat.more}
      button={<Icon name="dots" />}
    >
      {mayTransfer && (
        <>
          <MenuGroup label={menu.transferTo}>
            {colleagues.map((member) => (
              <MenuItem
                key={member.id}
                disabled={blocked}
                onSelect={() => transfer(row.id, { kind: "member", id: member.id })}
              >
                <Avatar name={member.name} member={member.id} size="sm" presence={member.presence} />
                <span class="trunc">{member.name}</span>
              </MenuItem>
            ))}
            {colleagues.length === 0 && <p class="optnone">{menu.noColleague}</p>}
          </MenuGroup>
          <hr />
          <MenuItem disabled={blocked} onSelect={() => transfer(row.id, { kind: "queue" })}>
            <Icon name="hand" size="m" />
            {menu.queue}
          </MenuItem>
          {scope?.has_bot && (
            <MenuItem disabled={blocked} onSelect={() => transfer(row.id, { kind: "bot" })}>
              <Icon name="spark" size="m" />
              {menu.bot}
            </MenuItem>
          )}
          <hr />
        </>
      )}
      <MenuItem onSelect={() => exportTranscript(row.id)}>
        <Icon name="download" size="m" />
        {menu.export}
      </MenuItem>
      <MenuItem onSelect={() => exportTranscript(row.id, "json")}>
        <Icon name="download" size="m" />
        {menu.exportJson}
      </MenuItem>
      {mail.value && (
        <MenuItem onSelect={() => mailTranscript(row.id)}>
          <Icon name="download" size="m" />
          {menu.mail}
        </MenuItem>
      )}
    </Menu>
  );
}

function mailTranscript(conversation: string): void {
  call<{ to: string }>("POST", `/conversations/${conversation}/mail_transcript`).then(
    ({ to }) => notify(menu.mailed(to)),
    notifyFailure,
  );
}

export function exportTranscript(conversation: string, format: "text" | "json" = "text"): void {
  window.open(`/api/v1/conversations/${conversation}/transcript?format=${format}`, "_blank", "noopener");
}
