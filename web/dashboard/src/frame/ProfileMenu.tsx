// The member's own corner: presence, theme, shortcuts, log out.
import { profilePage } from "../../../shared/src/text/profile.ts";
import { profile } from "../../../shared/src/text.ts";
import { go } from "../router.ts";
import { helpShown, singleKeys, switchSingleKeys } from "../state/keys.ts";
import { allSections } from "../state/rows.ts";
import { myPresence, setPresence } from "../state/scopes.ts";
import { logOut, me } from "../state/session.ts";
import { type Theme, theme } from "../state/theme.ts";
import { Avatar } from "../ui/Avatar.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Menu, MenuGroup, MenuItem } from "../ui/Menu.tsx";

const themes: [Theme, string][] = [
  ["system", profile.system],
  ["light", profile.light],
  ["dark", profile.dark],
];

export function ProfileMenu({ place }: { place: "sidebar" | "bar" }) {
  const name = me.value?.name ?? "";
  const away = myPresence.value === "away";
  const status = profile.withChats(away ? profile.away : profile.available, allSections.value.mine.length);
  const button =
    place === "bar" ? (
      <>
        <Icon name="user" />
        <span class="trunc">{name.split(" ")[0]}</span>
      </>
    ) : (
      <>
        <Avatar name={name} member={me.value?.id} presence={away ? "away" : "online"} />
        <span class="grow">
          <b class="trunc">{name}</b>
          <small>{status}</small>
        </span>
        <Icon name="updown" size="m" />
      </>
    );
  return (
    <Menu class={place === "bar" ? "tab" : "me"} place="above" title={`${name}, ${status}`} button={button}>
      <MenuGroup label={profile.status}>
        <MenuItem checked={!away} onSelect={() => setPresence("online")}>
          <i class="dot" />
          {profile.available}
        </MenuItem>
        <MenuItem checked={away} onSelect={() => setPresence("away")}>
          <i class="dot warn" />
          {profile.away}
        </MenuItem>
      </MenuGroup>
      <MenuGroup label={profile.theme}>
        {themes.map(([value, label]) => (
          <MenuItem
            key={value}
            checked={theme.value === value}
            onSelect={() => {
              theme.value = value;
            }}
          >
            {label}
          </MenuItem>
        ))}
      </MenuGroup>
      <hr />
      <MenuItem checked={singleKeys.value} onSelect={switchSingleKeys}>
        {profile.singleKeys}
      </MenuItem>
      <MenuItem
        onSelect={() => {
          helpShown.value = true;
        }}
      >
        {profile.shortcuts}
      </MenuItem>
      <MenuItem onSelect={() => go("/settings/notifications")}>{profile.notifications}</MenuItem>
      <hr />
      <MenuItem onSelect={() => go("/profile")}>{profilePage.title}</MenuItem>
      <MenuItem onSelect={logOut}>{profile.logOut}</MenuItem>
    </Menu>
  );
}
