// Files: filters kept in the address; on paper the time of printing and light colours.
(() => {
  /** @param {string} q @param {string} kind @param {string} standing @param {string} sort @param {number} page */
  const address = (q, kind, standing, sort, page) => {
    const given = { q, kind, standing, sort: sort === "worst" ? "" : sort, page: page > 1 ? page : "" };
    const parts = new URLSearchParams();
    for (const [name, value] of Object.entries(given)) if (value) parts.set(name, String(value));
    const query = parts.toString();
    if (location.pathname === "/rivers") {
      history.replaceState(history.state, "", query ? `/rivers?${query}` : "/rivers");
    }
    return window.dash_clientside.no_update;
  };
  window.dash_clientside = Object.assign({}, window.dash_clientside, { dossier: { address } });

  document.addEventListener("click", (event) => {
    if (/** @type {Element} */ (event.target).closest?.("[data-print]")) window.print();
  });

  const root = document.documentElement;
  const SCHEME = "data-mantine-color-scheme";
  /** @type {string | null} */
  let kept = null;

  const begin = () => {
    const lang = root.lang.startsWith("zh") ? "sv" : "en-CA";
    const now = new Date().toLocaleString(lang, { hour12: false, timeZone: "Asia/Shanghai" });
    for (const place of document.querySelectorAll("[data-printed]")) {
      place.textContent = now.replace(",", "").slice(0, 16);
    }
    if (kept === null && document.querySelector(".rv-file")) {
      kept = root.getAttribute(SCHEME);
      root.setAttribute(SCHEME, "light");
    }
  };
  const end = () => {
    if (kept !== null) root.setAttribute(SCHEME, kept);
    kept = null;
  };
  window.addEventListener("beforeprint", begin);
  window.addEventListener("afterprint", end);
  matchMedia("print").addEventListener("change", (change) => (change.matches ? begin() : end()));
})();
