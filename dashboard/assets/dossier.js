// Files on paper: the print button, the time of printing, light colours while printing.
(() => {
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-print]")) window.print();
  });

  const root = document.documentElement;
  const SCHEME = "data-mantine-color-scheme";
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
