// How far a message has come on the customer's platform, and another try when it failed.
import { useState } from "preact/hooks";
import type { DeliveryMark, DeliveryState } from "../../../shared/src/protocol.gen.ts";
import { deliveryWords } from "../../../shared/src/text/messaging.ts";
import { chat as words } from "../../../shared/src/text.ts";
import { call } from "../api.ts";
import { notifyFailure } from "../state/notices.ts";
import { Icon, type IconName } from "../ui/Icon.tsx";

const icons: Record<DeliveryState, IconName> = {
  queued: "clock",
  unconfirmed: "alert",
  sent: "check",
  delivered: "checks",
  read: "checks",
  failed: "alert",
};

interface Props {
  conversation: string;
  mark: DeliveryMark;
  /** Of the team's newest message; of the others only what went wrong is shown. */
  last: boolean;
}

export function DeliveryLine({ conversation, mark, last }: Props) {
  const [asked, setAsked] = useState(false);
  const { seq, state, reason } = mark;
  const wrong = state === "failed" || state === "unconfirmed";
  if (!wrong && !last && state !== "queued") return null;
  const retry = async () => {
    setAsked(true);
    try {
      await call("POST", `/conversations/${conversation}/entries/${seq}/retry`, {});
    } catch (error) {
      notifyFailure(error);
    } finally {
      setAsked(false);
    }
  };
  return (
    <div class={wrong ? "st fail" : state === "read" ? "st read" : "st"}>
      <Icon name={icons[state]} size="s" />
      <span title={reason}>
        {deliveryWords[state]} {wrong && reason}
      </span>
      {wrong && (
        <button type="button" disabled={asked} onClick={retry}>
          {words.tryAgain}
        </button>
      )}
    </div>
  );
}
