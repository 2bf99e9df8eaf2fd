// Whether the server is there: a word in the sidebar, and a banner when it has been gone for a while.
import { systemClock } from "../../../shared/src/clock.ts";
import { line } from "../../../shared/src/text.ts";
import { backOnline, connect, connectionState, offlineShown } from "../state/connection.ts";
import { now } from "../state/now.ts";
import { Icon } from "../ui/Icon.tsx";

export function ConnectionLine() {
  const state = connectionState.value.kind;
  const word = state === "online" ? line.connected : offlineShown.value ? line.lost : line.connecting;
  return (
    <div class="conn" role="status" title={word}>
      <i class={state === "online" ? "dot" : "dot off"} />
      <span>{word}</span>
    </div>
  );
}

export function ConnectionBanner() {
  const state = connectionState.value;
  if (state.kind === "online") {
    return backOnline.value ? (
      <div class="banner ok" role="status">
        <Icon name="check" size="m" />
        <b>{line.connected}</b>
      </div>
    ) : null;
  }
  if (!offlineShown.value) return null;
  const replaced = state.kind === "stopped" && state.code === "replaced";
  return (
    <div class="banner" role="status">
      {replaced ? <Icon name="alert" size="m" /> : <i class="spin" />}
      <span class="grow">
        <b>{replaced ? line.replaced : line.banner}</b> <span class="hide-m">{line.bannerWrite}</span>
      </span>
      <span class="num hide-m" aria-hidden="true">
        {state.kind === "waiting" &&
          line.nextTry(Math.max(1, Math.ceil((state.at - systemClock.now()) / 1000)))}
        {now.value ? "" : null}
      </span>
      <button type="button" class="btn small" disabled={state.kind === "connecting"} onClick={connect}>
        {state.kind === "connecting" ? line.trying : replaced ? line.useHere : line.tryNow}
      </button>
    </div>
  );
}
