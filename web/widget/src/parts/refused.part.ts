// Part: why the server refused something, and what stands below a message that it refused.
import type { ErrorCode } from "../../../shared/src/protocol.gen.ts";
import { ALERT } from "../icons.ts";
import type { MessageItem } from "../items.ts";
import { h, icon } from "../kit.ts";
import * as T from "../text.ts";
import type { Context } from "../view.ts";

export { use } from "../kit.ts";
export { default as css } from "./refused.css?inline";

/** Of a file. */
export function reasonOf(code: string): string {
  return T.refusals[code as ErrorCode] ?? T.notUploaded;
}

export function fillRefused(mark: HTMLElement, { chat }: Context, { key, why }: MessageItem): void {
  mark.replaceChildren(
    h("span.why", {}, why && T.refusals[why]),
    icon(ALERT, "s"),
    T.notSent,
    h("button", { onclick: () => chat.retry(key) }, T.tryAgain),
    h("button", { onclick: () => chat.discard(key) }, T.discard),
  );
}
