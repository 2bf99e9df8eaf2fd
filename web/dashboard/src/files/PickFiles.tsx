// The button that opens the browser's file picker.
import { useRef } from "preact/hooks";
import { files as words } from "../../../shared/src/text.ts";
import { Icon } from "../ui/Icon.tsx";
import { TYPES } from "./upload.ts";

export function PickFiles({ onFiles }: { onFiles: (files: File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        class="icon"
        aria-label={words.attach}
        title={words.attach}
        onClick={() => input.current?.click()}
      >
        <Icon name="clip" size="m" />
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept={TYPES}
        onChange={({ currentTarget }) => {
          onFiles([...(currentTarget.files ?? [])]);
          currentTarget.value = "";
        }}
      />
    </>
  );
}
