// Runs before the first paint: turns the stored wish (auto, light, dark) into a theme, and says
// that scripts run, so that menus may hide what a press opens.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const wish = root.dataset.theme || "auto";
    root.dataset.bsTheme = wish === "auto" ? (dark.matches ? "dark" : "light") : wish;
  };
  apply();
  root.classList.add("has-script");
  dark.addEventListener("change", apply);
})();
