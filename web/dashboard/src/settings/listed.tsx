// A list of the server that is read part by part.
import { useCallback, useEffect, useState } from "preact/hooks";
import { call, explain } from "../api.ts";

export interface Listed<T> {
  /** As far as it was asked for; `null` before the first answer. */
  items: readonly T[] | null;
  /** Why the last part did not come. */
  problem: string;
  /** Begins anew. */
  reload: () => void;
  /** Asks for the next part; `null` when there is none. */
  more: (() => void) | null;
}

/** `part` = entries asked for at a time. */
export function useListed<T>(path: string, part: number): Listed<T> {
  const [items, setItems] = useState<readonly T[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [problem, setProblem] = useState("");
  const load = useCallback(
    async (cursor: string | null) => {
      const from = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
      try {
        const answer = await call<{ items: T[]; next: string | null }>("GET", `${path}?limit=${part}${from}`);
        setItems((before) => [...(cursor ? (before ?? []) : []), ...answer.items]);
        setNext(answer.next);
        setProblem("");
      } catch (error) {
        setProblem(explain(error));
      }
    },
    [path, part],
  );
  const reload = useCallback(() => {
    load(null);
  }, [load]);
  useEffect(reload, [reload]);
  return { items, problem, reload, more: next ? () => load(next) : null };
}

interface ListButtonsProps {
  list: Pick<Listed<unknown>, "reload" | "more">;
  words: { reload: string; more: string };
}

export function ListButtons({ list: { reload, more }, words }: ListButtonsProps) {
  return (
    <div class="hookacts">
      <button type="button" class="btn small" onClick={reload}>
        {words.reload}
      </button>
      {more && (
        <button type="button" class="btn small" onClick={more}>
          {words.more}
        </button>
      )}
    </div>
  );
}
