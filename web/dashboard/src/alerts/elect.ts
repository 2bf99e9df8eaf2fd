// Of all tabs of this browser one speaks: the holder of a lock, which the browser passes on when that tab closes.
// A tab that was never touched may make no sound, so the first touch of a tab takes the lock over.

const lock = "switchboard.alerts";

let holds = false;

/** Without locks (a page without HTTPS) the tab that is looked at speaks. */
export function speaks(): boolean {
  return "locks" in navigator ? holds : document.visibilityState === "visible";
}

function stand(steal: boolean): void {
  if (!("locks" in navigator)) return;
  navigator.locks
    .request(lock, { steal }, () => {
      holds = true;
      // Held until the tab closes or another one takes it over.
      return new Promise<void>(() => {});
    })
    .catch(() => {
      holds = false;
      stand(false);
    });
}

/** Begins to take part. */
export function takePart(): void {
  stand(false);
  const touched = () => {
    window.removeEventListener("pointerdown", touched);
    window.removeEventListener("keydown", touched);
    if (!holds) stand(true);
  };
  window.addEventListener("pointerdown", touched);
  window.addEventListener("keydown", touched);
}
