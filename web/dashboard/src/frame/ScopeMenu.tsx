// Chooses the scope whose chats are shown, and tells how many wait in the others.
import { common, frame } from "../../../shared/src/text.ts";
import { go } from "../router.ts";
import { waitingIn } from "../state/rows.ts";
import { chooseScope, scope, scopes } from "../state/scopes.ts";
import { Icon } from "../ui/Icon.tsx";
import { Menu, MenuItem } from "../ui/Menu.tsx";

export function ScopeMenu({ place }: { place: "sidebar" | "list" }) {
  const current = scope.value;
  const name = current?.name ?? common.loading;
  const modeName = current?.mode === "development" ? frame.development : frame.production;
  const waitingElsewhere = scopes.value.some((each) => each.id !== current?.id && waitingIn(each.id) > 0);
  const button =
    place === "list" ? (
      <>
        <span class="sr">{frame.scope}: </span>
        <span class="trunc">{name}</span>
        <Icon name="updown" size="m" />
      </>
    ) : (
      <>
        <span class="sr">{frame.scope}: </span>
        <span class="tile" aria-hidden="true">
          {name.slice(0, 1).toUpperCase()}
          {waitingElsewhere && <i class="mark" />}
        </span>
        <span class="grow">
          <b class="trunc">{name}</b>
          <span>{modeName}</span>
        </span>
        <Icon name="updown" size="m" />
      </>
    );
  return (
    <Menu class={place === "list" ? "mscope only-m" : "scope"} place="below" title={name} button={button}>
      {scopes.value.map((each) => (
        <MenuItem
          key={each.id}
          checked={each.id === current?.id}
          onSelect={() => {
            if (each.id === current?.id) return;
            chooseScope(each.id);
            go("/");
          }}
        >
          <b class="grow trunc">{each.name}</b>
          {waitingIn(each.id) > 0 && <span class="mut">{frame.waitingIn(waitingIn(each.id))}</span>}
        </MenuItem>
      ))}
    </Menu>
  );
}
