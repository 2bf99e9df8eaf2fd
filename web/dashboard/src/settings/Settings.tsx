// Settings of the scope shown, for admins and owners, and for everybody those of their own browser. Loaded when somebody goes there.
import type { ComponentType } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { webhookSettings } from "../../../shared/src/text/webhooks.ts";
import { settings as words } from "../../../shared/src/text.ts";
import { follow, path } from "../router.ts";
import { scope, supervises } from "../state/scopes.ts";
import { Icon, type IconName } from "../ui/Icon.tsx";
import { BotSettings } from "./BotSettings.tsx";
import "../styles/settings.css";
import { ChannelSettings } from "./ChannelSettings.tsx";
import { HoursSettings } from "./HoursSettings.tsx";
import { KeySettings } from "./KeySettings.tsx";
import { MemberSettings } from "./MemberSettings.tsx";
import { NotificationSettings } from "./NotificationSettings.tsx";
import { Profile } from "./Profile.tsx";
import { ScopeSettings } from "./ScopeSettings.tsx";
import { TagSettings } from "./TagSettings.tsx";
import { WebhookSettings } from "./WebhookSettings.tsx";

const pages: [name: string, title: string, icon: IconName, page: ComponentType<{ scopeId: string }>][] = [
  ["channels", words.channels, "globe", ChannelSettings],
  ["members", words.members, "people", MemberSettings],
  ["hours", words.hours, "clock", HoursSettings],
  ["bot", words.bot, "spark", BotSettings],
  ["scope", words.scope, "gear", ScopeSettings],
  ["tags", words.tags, "tag", TagSettings],
  ["keys", words.keys, "lock", KeySettings],
  ["webhooks", webhookSettings.title, "swap", WebhookSettings],
  ["notifications", words.notifications, "bell", NotificationSettings],
];

/** Pages that agents have, too. */
const forEverybody = ["notifications"];

export function Settings() {
  return path.value === "/profile" ? <Profile /> : <Pages />;
}

function Pages() {
  const list = useRef<HTMLElement>(null);
  const wanted = path.value.split("/")[2];
  const shown = supervises.value ? pages : pages.filter(([name]) => forEverybody.includes(name));
  const current = shown.find(([name]) => name === wanted) ?? shown[0];
  const home = scope.value;
  useEffect(() => {
    // Phones show a part of the list, which is longer than they are wide.
    const link = list.current?.querySelector('[aria-current="page"]');
    link?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [current, home === null]);
  if (!current || !home) return null;
  const [, , , Page] = current;
  return (
    <div class="wrap">
      <div class="phead">
        <h1>{words.title}</h1>
      </div>
      <div class="set">
        <nav ref={list} class="sub" aria-label={words.pages}>
          {shown.map(([name, title, icon]) => (
            <a
              key={name}
              href={`/settings/${name}`}
              aria-current={name === current[0] ? "page" : undefined}
              onClick={follow}
            >
              <Icon name={icon} size="m" />
              {title}
            </a>
          ))}
        </nav>
        <section>
          <Page key={home.id} scopeId={home.id} />
        </section>
      </div>
    </div>
  );
}
