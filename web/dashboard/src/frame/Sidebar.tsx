// The first column: scope, Active or Terminated, channels, settings, connection, own presence.
import { frame } from "../../../shared/src/text.ts";
import { follow, go, path } from "../router.ts";
import { view } from "../state/ended.ts";
import { counts } from "../state/rows.ts";
import { channelFilter, scope, supervises } from "../state/scopes.ts";
import { channelIcon, Icon } from "../ui/Icon.tsx";
import { ConnectionLine } from "./ConnectionLine.tsx";
import { ProfileMenu } from "./ProfileMenu.tsx";
import { ScopeMenu } from "./ScopeMenu.tsx";
import { ViewTabs } from "./ViewTabs.tsx";

export function Sidebar() {
  const inSettings = path.value.startsWith("/settings");
  const inCanned = path.value === "/canned";
  const inAnalytics = path.value === "/analytics";
  const inChats = /^\/(chats|$)/.test(path.value);
  return (
    <nav class="side" aria-label={frame.main}>
      <ScopeMenu place="sidebar" />
      <ViewTabs place="sidebar" />
      <div class="navh" id="channels">
        {frame.channels}
      </div>
      <ul class="nav" aria-labelledby="channels">
        <ChannelLink id={null} kind="chat" name={frame.allChannels} current={inChats} />
        {scope.value?.channels.map((channel) => (
          <ChannelLink
            key={channel.id}
            id={channel.id}
            kind={channelIcon(channel.kind)}
            name={channel.name}
            current={inChats}
          />
        ))}
      </ul>
      <div class="navh" id="workspace">
        {frame.workspace}
      </div>
      <ul class="nav" aria-labelledby="workspace">
        <li>
          <a
            href="/canned"
            title={frame.canned}
            aria-current={inCanned ? "page" : undefined}
            onClick={follow}
          >
            <Icon name="slash" />
            <span class="lbl">{frame.canned}</span>
          </a>
        </li>
        {supervises.value && (
          <li>
            <a
              href="/analytics"
              title={frame.analytics}
              aria-current={inAnalytics ? "page" : undefined}
              onClick={follow}
            >
              <Icon name="chart" />
              <span class="lbl">{frame.analytics}</span>
            </a>
          </li>
        )}
        {supervises.value && (
          <li>
            <a
              href="/settings/channels"
              title={frame.settings}
              aria-current={inSettings ? "page" : undefined}
              onClick={follow}
            >
              <Icon name="gear" />
              <span class="lbl">{frame.settings}</span>
            </a>
          </li>
        )}
      </ul>
      <div class="foot">
        <ConnectionLine />
        <ProfileMenu place="sidebar" />
      </div>
    </nav>
  );
}

interface LinkProps {
  id: string | null;
  kind: "chat" | ReturnType<typeof channelIcon>;
  name: string;
  current: boolean;
}

function ChannelLink({ id, kind, name, current }: LinkProps) {
  const count = counts.value[id ?? ""] ?? 0;
  return (
    <li>
      <a
        href="/"
        title={name}
        aria-current={current && channelFilter.value === id ? "page" : undefined}
        onClick={(event) => {
          event.preventDefault();
          channelFilter.value = id;
          if (!path.peek().startsWith("/chats")) go("/");
        }}
      >
        <Icon name={kind} />
        <span class="lbl trunc">{name}</span>
        {view.value === "active" && <span class="n">{count}</span>}
      </a>
    </li>
  );
}
