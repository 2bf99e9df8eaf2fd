// Channels of messaging platforms: where the platform sends its events, what was heard from it last.
import { useState } from "preact/hooks";
import { channelPage } from "../../../shared/src/text/channels.ts";
import { messagingSettings as words } from "../../../shared/src/text/messaging.ts";
import { timeOrDate } from "../../../shared/src/when.ts";
import { call } from "../api.ts";
import { notify, notifyFailure } from "../state/notices.ts";
import { now } from "../state/now.ts";
import { Chip } from "../ui/Avatar.tsx";
import { channelIcon, Icon } from "../ui/Icon.tsx";
import { AddChannel } from "./AddChannel.tsx";
import { ChannelForm, type ChannelSettings } from "./ChannelForm.tsx";
import { ChannelLog } from "./ChannelLog.tsx";
import { CopyButton, Once, Problem, useLoaded } from "./parts.tsx";
import { platformForms } from "./platforms.ts";

export interface MessagingChannel {
  id: string;
  kind: string;
  name: string;
  enabled: boolean;
  hook: string;
  settings: ChannelSettings;
  made_secrets?: Record<string, string>;
}

interface State {
  last_event_at: number | null;
  fault: { reason: string; since: number } | null;
}

interface Props {
  scopeId: string;
  items: readonly MessagingChannel[];
  onChanged: () => void;
}

export function MessagingChannels({ scopeId, items, onChanged }: Props) {
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<Record<string, string>>({});
  const saved = (channel: MessagingChannel) => {
    setMade(channel.made_secrets ?? {});
    setAdding(false);
    onChanged();
  };
  return (
    <section aria-labelledby="messaging">
      <div class="phead after">
        <h3 class="t grow" id="messaging">
          {words.title}
        </h3>
        <button type="button" class="btn" onClick={() => setAdding(true)}>
          <Icon name="plus" size="m" />
          {words.add}
        </button>
      </div>
      {Object.entries(made).map(([name, value]) => (
        <Once
          key={name}
          label={words.secrets[name as keyof typeof words.secrets] ?? words.secret(name)}
          value={value}
        />
      ))}
      {adding && <AddChannel scopeId={scopeId} onSaved={saved} onCancel={() => setAdding(false)} />}
      {items.map((channel) => (
        <Card key={channel.id} scopeId={scopeId} channel={channel} onChanged={onChanged} />
      ))}
    </section>
  );
}

function Card({ scopeId, channel, onChanged }: Omit<Props, "items"> & { channel: MessagingChannel }) {
  const path = `/scopes/${scopeId}/channels/${channel.id}`;
  const { value: state, reload } = useLoaded<State>(`${path}/state`);
  const [editing, setEditing] = useState(false);
  const [logged, setLogged] = useState(false);
  const turn = (enabled: boolean) => call("PATCH", path, { enabled }).then(onChanged, notifyFailure);
  const connect = () =>
    call("POST", `${path}/connect`, {}).then(() => {
      notify(words.connected);
      reload();
    }, notifyFailure);
  const last = state?.last_event_at;
  const platform = platformForms()[channel.kind];
  return (
    <div class="card after">
      <div class="chrow">
        <span class="ico">
          <Icon name={channelIcon(channel.kind)} />
        </span>
        <div>
          <b>{channel.name}</b>
          <p class="trunc">{platform?.title ?? channel.kind}</p>
        </div>
        <Chip kind={channel.enabled ? "ok" : ""}>{channel.enabled ? words.on : words.off}</Chip>
        {platform?.connects && (
          <button type="button" class="btn small" onClick={connect}>
            {words.connect}
          </button>
        )}
        <input
          class="switch"
          type="checkbox"
          role="switch"
          aria-checked={channel.enabled}
          aria-label={words.switchLabel(channel.name)}
          checked={channel.enabled}
          onChange={(event) => turn(event.currentTarget.checked)}
        />
      </div>
      <div class="embed">
        <p class="lead">{words.hook}</p>
        <div class="snip">
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
          <pre tabIndex={0}>{channel.hook}</pre>
          <CopyButton text={channel.hook} />
        </div>
        {state && <p class="lead">{last ? words.lastEvent(timeOrDate(last, now.value)) : words.noEvent}</p>}
        {state?.fault && <Problem text={words.fault(state.fault.reason)} />}
      </div>
      {editing ? (
        <ChannelForm
          path={path}
          channel={channel}
          onSaved={() => {
            setEditing(false);
            reload();
            onChanged();
          }}
          onCancel={() => setEditing(false)}
        />
      ) : (
        <div class="hookacts">
          {platform && (
            <button
              type="button"
              class="btn small"
              aria-label={channelPage.editLabel(channel.name)}
              onClick={() => setEditing(true)}
            >
              {channelPage.edit}
            </button>
          )}
          <button
            type="button"
            class="btn small"
            aria-label={channelPage.logLabel(channel.name)}
            aria-expanded={logged}
            onClick={() => setLogged(!logged)}
          >
            {channelPage.log}
          </button>
        </div>
      )}
      {logged && <ChannelLog path={path} />}
    </div>
  );
}
