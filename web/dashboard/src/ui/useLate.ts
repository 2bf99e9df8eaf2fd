// True once a component has been there for 200 ms: the time before which nothing is said to be loading.
import { useEffect, useState } from "preact/hooks";
import { systemClock } from "../../../shared/src/clock.ts";

const LATE = 200;

export function useLate(): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => systemClock.after(LATE, () => setLate(true)), []);
  return late;
}
