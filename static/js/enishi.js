// What every page has: keys, the menu on a phone, choices that send themselves, boxes that
// choose many lines, dialogs. Everything here only shortens a way that also works without script.

let waitingForLetter = 0;

const isTyping = (target) =>
  target instanceof Element && target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");

const lines = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent);

const move = (step) => {
  const rows = lines();
  const current = rows.indexOf(document.activeElement?.closest("[data-row]"));
  const next = rows[Math.max(0, Math.min(rows.length - 1, current + step))];
  if (!next) return;
  (next.querySelector("a[href]") ?? next).focus();
  next.scrollIntoView({ block: "nearest" });
};

const openMenu = (open) => {
  const menu = document.getElementById("sidebar-menu");
  const button = document.querySelector("[data-menu-toggle]");
  menu?.classList.toggle("is-open", open);
  button?.setAttribute("aria-expanded", String(open));
};

const search = () => {
  const box = document.querySelector("main [data-search-key]") ?? document.querySelector("[data-search-key]");
  if (box && !box.offsetParent) openMenu(true);
  box?.focus();
  box?.select();
};

const go = (key) => document.querySelector(`[data-go-key="${CSS.escape(key)}"]`)?.click();

const acts = {
  "/": search,
  "?": () => document.getElementById("keyboard-help")?.showModal(),
  g: () => { waitingForLetter = Date.now(); },
  j: () => move(1),
  k: () => move(-1),
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    if (document.querySelector("#sidebar-menu.is-open")) {
      openMenu(false);
      document.querySelector("[data-menu-toggle]")?.focus();
    }
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    });
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Enter" && event.target instanceof HTMLInputElement && event.target.form?.id === "bulk") {
    // One form holds many menus: Enter means the button of the menu one is in, not the first of all.
    const button = event.target.closest("details.menu")?.querySelector("button[type=submit]");
    if (button) {
      event.preventDefault();
      button.click();
    }
    return;
  }
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if (waitingForLetter && Date.now() - waitingForLetter < 2000) {
    waitingForLetter = 0;
    event.preventDefault();
    go(event.key);
    return;
  }
  const act = acts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  if (event.target.closest("[data-menu-toggle]")) {
    openMenu(!document.querySelector("#sidebar-menu.is-open"));
    return;
  }
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    event.preventDefault();
    document.getElementById(opener.dataset.opens)?.showModal();
    return;
  }
  const closer = event.target.closest("[data-closes]");
  if (closer) closer.closest("dialog")?.close();
  const inside = event.target.closest("details.menu");
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (menu !== inside) menu.open = false;
  });
});

// Boxes that choose many lines: one box for all, and a bar that wakes up.
const count = (form) => {
  const boxes = [...document.querySelectorAll(`input[data-pick][form="${form.id}"]`)];
  const picked = boxes.filter((box) => box.checked).length;
  form.querySelectorAll("[data-picked-count]").forEach((place) => { place.textContent = String(picked); });
};

document.addEventListener("change", (event) => {
  const { target } = event;
  if (!(target instanceof HTMLElement)) return;
  if (target.matches("[data-sends]")) {
    target.form?.requestSubmit();
  } else if (target.matches("[data-pick-all]")) {
    document.querySelectorAll(`input[data-pick][form="${target.getAttribute("form")}"]`)
      .forEach((box) => { box.checked = target.checked; });
    if (target.form) count(target.form);
  } else if (target.matches("[data-pick]") && target.form) {
    count(target.form);
  }
});

// What is kept is what the list shows now: filters typed since have changed the address only.
document.addEventListener("submit", ({ target }) => {
  const asked = target instanceof HTMLFormElement && target.querySelector("input[data-asked]");
  if (asked) asked.value = location.search.slice(1);
});

// When a part of the page is exchanged, who was in it is not sent back to the top (WCAG 2.4.3): the
// same control, else the line that took the place of hers, else what was around it.
let place = null;

// What a closing menu hides keeps the focus for a moment, and loses it then.
const isLost = () => {
  const at = document.activeElement;
  return !at || at === document.body || !at.checkVisibility();
};

const around = (element) => {
  const ids = [];
  for (let part = element.parentElement; part; part = part.parentElement) if (part.id) ids.push(part.id);
  return ids;
};

const sameAgain = () => {
  const form = [...document.forms].find((one) => one.getAttribute("action") === place.action);
  return document.getElementById(place.id)
    ?? (place.href && document.querySelector(`main a[href="${CSS.escape(place.href)}"]`))
    ?? (place.action && form?.querySelector("[type=submit]"));
};

const nextLine = () => {
  if (place.line < 0) return null;
  const rows = lines();
  return rows[Math.min(place.line, rows.length - 1)]?.querySelector("a[href], button");
};

document.addEventListener("htmx:before:swap", () => {
  if (isLost()) return;
  const at = document.activeElement;
  place = {
    id: at.id,
    href: at.getAttribute("href"),
    action: at.form?.getAttribute("action"),
    line: lines().indexOf(at.closest("[data-row]")),
    around: around(at),
  };
});

document.addEventListener("htmx:after:swap", () => {
  if (!place || !isLost()) return;
  let next = sameAgain() || nextLine();
  if (!next) {
    next = place.around.map((id) => document.getElementById(id)).find(Boolean);
    next?.setAttribute("tabindex", "-1");
  }
  (next?.closest("details:not([open])")?.querySelector("summary") ?? next)?.focus();
  place = null;
});

// A card of a board that is dropped on another column is due on that column's day. The menu of the
// card does the same without dragging.
const columnUnder = (event) => event.target.closest?.("[data-day]");

const markOver = (column) => document.querySelectorAll("[data-day]")
  .forEach((one) => one.classList.toggle("is-over", one === column));

document.addEventListener("dragstart", ({ target, dataTransfer }) => {
  const card = target.closest?.("[data-card]");
  if (card) dataTransfer.setData("text/plain", card.id);
});

document.addEventListener("dragover", (event) => {
  const column = columnUnder(event);
  markOver(column);
  if (column) event.preventDefault();
});

document.addEventListener("dragend", () => markOver(null));

document.addEventListener("drop", (event) => {
  const column = columnUnder(event);
  const card = document.getElementById(event.dataTransfer.getData("text/plain"));
  markOver(null);
  if (!column || !card?.matches("[data-card]") || column.contains(card)) return;
  event.preventDefault();
  const form = card.querySelector("form[data-move]");
  form.elements.due_on.value = column.dataset.day;
  form.requestSubmit();
});
