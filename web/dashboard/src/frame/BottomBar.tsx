// On phones: chats, canned replies, analytics, settings, you.
import { frame } from "../../../shared/src/text.ts";
import { follow, path } from "../router.ts";
import { supervises } from "../state/scopes.ts";
import { unreadCount } from "../state/seen.ts";
import { Icon } from "../ui/Icon.tsx";
import { ProfileMenu } from "./ProfileMenu.tsx";

export function BottomBar() {
  const inSettings = path.value.startsWith("/settings");
  const inAnalytics = path.value === "/analytics";
  const inCanned = path.value === "/canned";
  const inChats = /^\/(chats|$)/.test(path.value);
  return (
    <nav class="mbar" aria-label={frame.sections}>
      <a class="tab" href="/" aria-current={inChats ? "page" : undefined} onClick={follow}>
        <Icon name="chat" />
        {frame.chats}
        {unreadCount.value > 0 && <span class="badge">{unreadCount.value}</span>}
      </a>
      <a
        class="tab"
        href="/canned"
        title={frame.canned}
        aria-current={inCanned ? "page" : undefined}
        onClick={follow}
      >
        <Icon name="slash" />
        {frame.cannedShort}
      </a>
      {supervises.value && (
        <a class="tab" href="/analytics" aria-current={inAnalytics ? "page" : undefined} onClick={follow}>
          <Icon name="chart" />
          {frame.analytics}
        </a>
      )}
      {supervises.value && (
        <a
          class="tab"
          href="/settings/channels"
          aria-current={inSettings ? "page" : undefined}
          onClick={follow}
        >
          <Icon name="gear" />
          {frame.settings}
        </a>
      )}
      <ProfileMenu place="bar" />
    </nav>
  );
}
