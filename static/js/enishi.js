// Keys for the whole product: / search, g + letter to go, j k in lists, ? help.
let waitingForLetter = false;

const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]");

const move = (step) => {
  const rows = [...document.querySelectorAll("[data-row]")];
  const current = rows.indexOf(document.activeElement.closest("[data-row]"));
  const next = rows[Math.max(0, Math.min(rows.length - 1, current + step))];
  next?.querySelector("a, button")?.focus() ?? next?.focus();
  next?.scrollIntoView({ block: "nearest" });
};

const go = (key) => document.querySelector(`[data-go-key="${CSS.escape(key)}"]`)?.click();

const press = (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (waitingForLetter) {
    waitingForLetter = false;
    go(event.key);
    return;
  }
  const acts = {
    "/": () => document.querySelector("[data-search-key]")?.focus(),
    "?": () => document.getElementById("keyboard-help")?.showModal(),
    g: () => { waitingForLetter = true; },
    j: () => move(1),
    k: () => move(-1),
  };
  const act = acts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
};

document.addEventListener("keydown", press);
