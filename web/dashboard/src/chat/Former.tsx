// The mark of a message that its customer changed; what it said before is a click away.
import { customerWords as words } from "../../../shared/src/text/messaging.ts";

export function Former({ texts }: { texts: readonly string[] }) {
  return (
    <details class="former">
      <summary>{words.edited}</summary>
      <p>{words.before}</p>
      <ol>
        {texts.map((text, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: texts are only added at the end
          <li key={index} dir="auto">
            {text}
          </li>
        ))}
      </ol>
    </details>
  );
}
