// What a page can do with its chat: `window.Switchboard`. docs/WIDGET.md describes it for sites.
import type { Identity } from "../../shared/src/protocol.gen.ts";
import type { ChatEvents, Emit } from "../../widget/src/host.ts";

export interface Api {
  open(): void;
  close(): void;
  toggle(): void;
  /** Says who the customer is; `null`: nobody the site knows any more. */
  identify(identity: Identity | null): void;
  /** Calls `action` at each such event; the answer ends that. */
  on<Name extends keyof ChatEvents>(name: Name, action: (detail: ChatEvents[Name]) => void): () => void;
}

/** Calls made before this script had come, as [name, ...arguments]. */
type Early = { q?: [keyof Api, ...unknown[]][] };

declare global {
  interface Window {
    Switchboard?: Api | Early;
  }
}

/** Offers the API to the page and makes up for its early calls. The answer tells the page of events. */
export function offer(does: Omit<Api, "on">): Emit {
  const actions: Partial<Record<string, Set<(detail: never) => void>>> = {};
  const api: Api = {
    ...does,
    on(name, action) {
      actions[name] ??= new Set();
      actions[name].add(action);
      return () => actions[name]?.delete(action);
    },
  };
  const early = (window.Switchboard as Early | undefined)?.q ?? [];
  window.Switchboard = api;
  for (const [name, ...given] of early) (api[name] as (...given: unknown[]) => void)?.(...given);
  return (name, detail) => {
    // Each by itself: what one of them throws is the page's business and stops nobody.
    for (const action of actions[name] ?? []) queueMicrotask(() => action(detail as never));
  };
}
