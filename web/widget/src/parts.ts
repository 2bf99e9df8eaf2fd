// Parts of the panel that few visits need: each is a file of its own below parts/, built by itself and fetched when it is
// wanted. A part shares no module with the panel, as a second try at an address makes a second module; it gets the
// loader's helpers and the context handed in. Like the panel, each is built once for every language.
import type { Host } from "./host.ts";
import { adopt } from "./kit.ts";

interface Parts {
  files: typeof import("./parts/files.part.ts");
  history: typeof import("./parts/history.part.ts");
  form: typeof import("./parts/form.part.ts");
  queue: typeof import("./parts/queue.part.ts");
  refused: typeof import("./parts/refused.part.ts");
  teaser: typeof import("./parts/teaser.part.ts");
  rich: typeof import("./parts/rich.part.ts");
  rating: typeof import("./parts/rating.part.ts");
}

let host: Host;
const loaded: Record<string, Promise<unknown>> = {};

/** To be called once, before any part is asked for. */
export function partsOf(of: Host): void {
  host = of;
}

/** Fetches a part once. Rejects when it cannot be had now; the next call tries again. */
export function part<Name extends keyof Parts>(name: Name): Promise<Parts[Name]> {
  loaded[name] ??= host.fetch<Parts[Name]>(name).then(
    (module) => {
      module.use(host.kit);
      adopt(host.root, module.css);
      return module;
    },
    (error) => {
      delete loaded[name];
      throw error;
    },
  );
  return loaded[name] as Promise<Parts[Name]>;
}
