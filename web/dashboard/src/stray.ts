// Tells a shortcut from stray typing: a letter acts only if no other key follows within 250 ms. Faster typing is meant
// for a text box and is handed over as text.
import type { Clock } from "../../shared/src/clock.ts";

const ALONE = 250;

export class StrayGuard {
  private held = "";
  private cancel = () => {};
  private typing = false;
  private readonly clock: Clock;
  private readonly act: (key: string) => void;
  private readonly write: (text: string) => void;

  constructor(clock: Clock, act: (key: string) => void, write: (text: string) => void) {
    this.clock = clock;
    this.act = act;
    this.write = write;
  }

  /** A key that writes a character, pressed outside text fields. */
  press(key: string): void {
    this.cancel();
    this.held += key;
    if (this.held.length > 1) this.typing = true;
    this.cancel = this.clock.after(ALONE, () => {
      const held = this.held;
      const typing = this.typing;
      this.reset();
      if (typing) this.write(held);
      else this.act(held);
    });
  }

  /** Any other key: what is held was no shortcut. True when the key was part of stray typing. */
  interrupt(): boolean {
    if (!this.held) return false;
    const held = this.held;
    this.cancel();
    this.reset();
    this.write(held);
    return true;
  }

  private reset(): void {
    this.held = "";
    this.typing = false;
    this.cancel = () => {};
  }
}
