/* Brings the map to life when its page appears, and hands it what the drawer selects. */
(function () {
  "use strict";
  /** @type {Promise<typeof import("./begin.mjs")> | null} */
  let started = null;
  const LONGEST_MS = 2500;

  function start() {
    started = started || import("/assets/map/begin.mjs");
    return started;
  }

  /** The map's library or one of our modules could not be had: the page says so. A browser asks for a module once only. @param {HTMLElement} page */
  function failed(page) {
    const words = JSON.parse(page.dataset.words ?? "{}");
    const link = /** @type {HTMLAnchorElement} */ (page.querySelector("#one-map-notice-link"));
    /** @type {HTMLElement} */ (page.querySelector("#one-map-notice-text")).textContent = words.load_failed;
    Object.assign(link, { textContent: words.retry, href: location.href, hidden: false, onclick: () => location.reload() });
    /** @type {HTMLElement} */ (page.querySelector("#one-map-notice")).hidden = false;
  }

  function look() {
    const page = document.getElementById("one-map-page");
    if (page && page.dataset.alive !== "true") {
      page.dataset.alive = "true";
      start().then((main) => main.mount(page)).catch((error) => {
        failed(page);
        throw error;
      });
    } else if (!page && window.onemap && window.onemap.mounted) {
      start().then((main) => main.unmount());
    }
    if (!page && document.querySelector("#_pages_content > *")) document.getElementById("one-map-opening")?.remove(); // left before the map was there
  }

  // The map needn't wait for Dash: its place stands in the document. Dash waits a moment for the map, for both want the one thread.
  const opening = document.getElementById("one-map-opening");
  if (opening) {
    if (/[#&]map=/.test(location.hash)) opening.querySelector(".mp-first")?.remove(); // another place is shown
    const opened = start().then((main) => main.open(opening)).catch(() => {});
    const longest = new Promise((done) => { setTimeout(done, LONGEST_MS); });
    window.onemapOpened = Promise.race([opened, longest]);
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.one_map = {
    /** @param {Thing | null} data */
    selected(data) {
      start().then((main) => main.selected(data));
      return window.dash_clientside.no_update;
    },
  };

  new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true });
  look();
})();
