// Files dragged from elsewhere onto the open chat.
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { files as words } from "../../../shared/src/text.ts";

interface Props {
  /** None: files cannot be taken now, and are left to the browser to refuse. */
  onFiles: ((files: File[]) => void) | null;
  children: ComponentChildren;
}

export function Drop({ onFiles, children }: Props) {
  const [over, setOver] = useState(false);
  /** Entering a child comes before leaving its parent. */
  const depth = useRef(0);
  const brings = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
  const move = (event: DragEvent, by: number) => {
    if (!brings(event)) return;
    depth.current = Math.max(0, depth.current + by);
    setOver(depth.current > 0);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button beside the text does the same by keyboard
    <div
      class="dropzone"
      onDragEnter={(event) => move(event, 1)}
      onDragLeave={(event) => move(event, -1)}
      onDragOver={(event) => brings(event) && event.preventDefault()}
      onDrop={(event) => {
        if (!brings(event)) return;
        // A browser would open the file in place of the page.
        event.preventDefault();
        depth.current = 0;
        setOver(false);
        onFiles?.([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      {children}
      {over && onFiles && (
        <div class="dropin" aria-hidden="true">
          {words.dropHere}
        </div>
      )}
    </div>
  );
}
