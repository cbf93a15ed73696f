// Menus and filters are <details>. They open and close by themselves; this file adds what people
// expect beyond that: Escape and a click elsewhere close a menu.

const menus = () => document.querySelectorAll("details[data-menu]");

function close(menu, { returnFocus }) {
  menu.open = false;
  if (returnFocus) menu.querySelector("summary").focus();
}

export function closeMenusKindly() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of menus()) {
      if (menu.open) close(menu, { returnFocus: menu.contains(document.activeElement) });
    }
  });
  document.addEventListener("click", (event) => {
    for (const menu of menus()) {
      if (menu.open && !menu.contains(event.target)) close(menu, { returnFocus: false });
    }
  });
}

// The stylesheet shows the inside of navigation and filters on wide screens. Browsers that cannot
// do that to a closed <details> get it opened, and folded again when the window becomes narrow.
export function openOnDesks() {
  if (CSS.supports("selector(::details-content)")) return;
  const wide = window.matchMedia("(min-width: 64em)");
  const follow = () => {
    for (const details of document.querySelectorAll("details[data-open-on-desks]")) details.open = wide.matches;
  };
  wide.addEventListener("change", follow);
  follow();
}
