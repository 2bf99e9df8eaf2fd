// Beside the head of the list: how it is sorted, and what it is narrowed to.
import { list, listTools as words } from "../../../shared/src/text.ts";
import { view } from "../state/ended.ts";
import { filter, narrow, narrowed, type Sort, sort, widen } from "../state/filters.ts";
import { scope } from "../state/scopes.ts";
import { me } from "../state/session.ts";
import { loadTags, tagsOf } from "../state/tags.ts";
import { Icon } from "../ui/Icon.tsx";
import { Menu, MenuGroup, MenuItem } from "../ui/Menu.tsx";

const STARS = [5, 4, 3, 2, 1];

export function ListTools() {
  return (
    <div class="ltools">
      <SortMenu />
      <FilterMenu />
    </div>
  );
}

function SortMenu() {
  const orders: [Sort, string][] =
    view.value === "active"
      ? [
          ["usual", words.usual],
          ["newest", words.newestActivity],
          ["oldest", words.oldestActivity],
        ]
      : [
          ["usual", words.newestEnd],
          ["oldest", words.oldestEnd],
        ];
  const current = view.value === "terminated" && sort.value === "newest" ? "usual" : sort.value;
  return (
    <Menu class="icon" place="below-end" label={words.sort} title={words.sort} button={<Icon name="sort" />}>
      {orders.map(([order, name]) => (
        <MenuItem
          key={order}
          checked={current === order}
          onSelect={() => {
            sort.value = order;
          }}
        >
          {name}
        </MenuItem>
      ))}
    </Menu>
  );
}

function FilterMenu() {
  const home = scope.value;
  const { assignee, tag, rating } = filter.value;
  const set = narrowed.value;
  const label = set ? words.filtersSet(set) : words.filter;
  if (!home) return null;
  return (
    // Tags are read when the menu is about to be used; without them it offers the rest.
    <span onPointerEnter={() => read(home.id)} onFocusCapture={() => read(home.id)}>
      <Menu
        class={set ? "icon set" : "icon"}
        place="below-end"
        label={label}
        title={label}
        button={<Icon name="filter" />}
      >
        {set > 0 && (
          <>
            <MenuItem onSelect={widen}>
              <Icon name="x" size="m" />
              {words.clear}
            </MenuItem>
            <hr />
          </>
        )}
        <MenuGroup label={words.assignee}>
          <MenuItem checked={assignee === null} onSelect={() => narrow({ assignee: null })}>
            {words.anyone}
          </MenuItem>
          {home.members.map((member) => (
            <MenuItem
              key={member.id}
              checked={assignee === member.id}
              onSelect={() => narrow({ assignee: member.id })}
            >
              <span class="trunc">{member.id === me.value?.id ? words.me(member.name) : member.name}</span>
            </MenuItem>
          ))}
        </MenuGroup>
        {(tagsOf(home.id).length > 0 || tag) && (
          <>
            <hr />
            <MenuGroup label={words.tag}>
              <MenuItem checked={tag === null} onSelect={() => narrow({ tag: null })}>
                {words.anyTag}
              </MenuItem>
              {tagsOf(home.id).map((name) => (
                <MenuItem key={name} checked={tag === name} onSelect={() => narrow({ tag: name })}>
                  <span class="trunc">{name}</span>
                </MenuItem>
              ))}
            </MenuGroup>
          </>
        )}
        {view.value === "terminated" && (
          <>
            <hr />
            <MenuGroup label={words.rating}>
              <MenuItem checked={rating === null} onSelect={() => narrow({ rating: null })}>
                {words.anyRating}
              </MenuItem>
              {STARS.map((stars) => (
                <MenuItem key={stars} checked={rating === stars} onSelect={() => narrow({ rating: stars })}>
                  {list.rated(stars)}
                </MenuItem>
              ))}
            </MenuGroup>
          </>
        )}
      </Menu>
    </span>
  );
}

function read(scopeId: string): void {
  loadTags(scopeId).catch(() => {});
}
