// How the widget will look, while its title and colour are chosen.
import { channelSettings as words } from "../../../shared/src/text/people.ts";
import { inkOn } from "./ink.ts";

export function WidgetPreview({ title, colour }: { title: string; colour: string }) {
  const brand = { background: colour, color: inkOn(colour) };
  return (
    <div class="field">
      <span class="lab">{words.preview}</span>
      <div class="preview" aria-hidden="true">
        <div class="head" style={brand}>
          <b class="trunc">{title}</b>
          <small>{words.previewAssistant}</small>
        </div>
        <div class="talk">
          <span class="say">{words.previewGreeting}</span>
          <span class="say mine" style={brand}>
            {words.previewQuestion}
          </span>
        </div>
      </div>
    </div>
  );
}
