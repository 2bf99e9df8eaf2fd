// The list of keyboard shortcuts.
import { commandWords } from "../../../shared/src/text/commands.ts";
import { common, shortcuts as words } from "../../../shared/src/text.ts";
import { enterSends, helpShown, singleKeys } from "../state/keys.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { Icon } from "../ui/Icon.tsx";

const isApple = /Mac|iP/.test(navigator.platform);

const groupsNow = (): [title: string, keys: [what: string, keys: string[]][]][] => [
  [
    words.move,
    [
      [words.nextChat, ["↓", "↑"]],
      [words.nextUnread, ["N"]],
      [words.jump, ["1", "2", "3"]],
      [words.search, ["/"]],
    ],
  ],
  [
    words.act,
    [
      [words.claim, ["C"]],
      [words.joinChat, ["J"]],
      [words.resolve, ["E"]],
      [words.activate, ["A"]],
      [words.assign, ["S"]],
    ],
  ],
  [
    words.write,
    [
      [words.reply, ["R"]],
      [words.note, ["M"]],
      [words.send, enterSends.value ? ["↵"] : ["Ctrl", "↵"]],
      [words.newLine, enterSends.value ? ["Shift", "↵"] : ["↵"]],
    ],
  ],
  [
    words.other,
    [
      [commandWords.title, [isApple ? "⌘" : "Ctrl", "K"]],
      [words.details, ["D"]],
      [commandWords.quietOn, ["Shift", "M"]],
      [words.help, ["?"]],
      [words.leave, ["Esc"]],
    ],
  ],
];

export function ShortcutsDialog() {
  const close = () => {
    helpShown.value = false;
  };
  const corner = (
    <button type="button" class="icon" aria-label={common.close} onClick={close}>
      <Icon name="x" />
    </button>
  );
  return (
    <Dialog title={words.title} wide onClose={close} corner={corner}>
      {!singleKeys.value && <p class="lead">{words.off}</p>}
      <div class="keygroups">
        {groupsNow().map(([title, keys]) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(([what, names]) => (
                <div key={what}>
                  <dt>{what}</dt>
                  <dd>
                    {names.map((name) => (
                      <kbd key={name}>{name}</kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
