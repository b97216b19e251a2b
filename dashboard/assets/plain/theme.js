// The colour scheme, set before anything is drawn; kept where Mantine looks for it.
(() => {
  const KEY = "mantine-color-scheme-value";
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const stored = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  };
  const chosen = () => {
    const kept = stored();
    if (kept === "light" || kept === "dark") return kept;
    return dark.matches ? "dark" : "light";
  };
  const apply = (/** @type {string} */ scheme) => {
    const root = document.documentElement;
    if (root.getAttribute("data-mantine-color-scheme") === scheme) return;
    root.setAttribute("data-mantine-color-scheme", scheme);
    window.dispatchEvent(new CustomEvent("onemap:theme", { detail: scheme }));
  };
  const set = (/** @type {string} */ scheme) => {
    try {
      localStorage.setItem(KEY, scheme);
    } catch {
      /* a browser that keeps nothing still switches this page */
    }
    apply(scheme === "light" || scheme === "dark" ? scheme : chosen());
  };
  apply(chosen());
  dark.addEventListener("change", () => apply(chosen()));
  window.addEventListener("storage", (event) => event.key === KEY && apply(chosen()));
  document.addEventListener("click", (event) => {
    if (/** @type {Element} */ (event.target).closest?.("[data-theme-switch]")) {
      set(window.onemapTheme.current() === "dark" ? "light" : "dark");
    }
  });
  window.onemapTheme = {
    current: () => document.documentElement.getAttribute("data-mantine-color-scheme"),
    set,
  };
})();
