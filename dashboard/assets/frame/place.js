// A page stands where it was when one comes back to it: scrolled as it was, the keyboard on the row that was opened.
(() => {
  /* Every step of the history has a number and, in `from`, the step it was opened from. Where its page stood is kept in the tab by that number. */
  const KEPT = "onemap-places";
  const MOST_KEPT = 30;
  const LOOK_MS = 100;
  const SETTLED_LOOKS = 12; // looks, not a time: a slow phone has none to spare while it draws
  const MOST_LOOKS = 80;
  const SURE_AFTER = 5; // looks: by then a page shows its own rows, no longer those of the page before
  const MAP = "/"; // keeps its view in its hash

  const main = () => document.getElementById("shell-main");
  const here = () => location.pathname + location.search;
  const isFetching = () => document.documentElement.classList.contains("is-fetching");
  const grid = () => {
    const shown = /** @type {HTMLElement | null} */ (document.querySelector("#shell-main .ag-theme-quartz[id]"));
    return shown?.offsetParent ? window.dash_ag_grid?.getApi(shown.id) : null;
  };

  /** @returns {Record<string, Place>} */
  const places = () => {
    try {
      return JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
    } catch {
      return {};
    }
  };
  /** @param {string | undefined} number @returns {Place | undefined} */
  const placeOf = (number) => (number ? places()[number] : undefined);
  /** @param {string} number @param {Place} place */
  const keep = (number, place) => {
    const { [number]: _before, ...others } = places();
    const last = Object.entries(others).slice(1 - MOST_KEPT);
    try {
      sessionStorage.setItem(KEPT, JSON.stringify(Object.fromEntries([...last, [number, place]])));
    } catch {
      /* a browser that keeps nothing begins every page at its top */
    }
  };

  /** What the list's rows open, by their index; the grid has loaded only some. @returns {(string | null)[]} */
  const listed = () => {
    /** @type {(string | null)[]} */
    const list = [];
    grid()?.forEachNode((/** @type {any} */ node) => node.data?.href && (list[node.rowIndex] = node.data.href)); // any: AG Grid's node
    if (list.length) return list;
    return [...(main()?.querySelectorAll("[data-row] [data-row-open]") ?? [])].map((link) => link.getAttribute("href"));
  };

  let count = Date.now();
  const made = (/** @type {Step["from"]} */ from) => ({ number: `s${(count += 1)}`, from });
  /** The step that is shown, and the path of its page. @type {Step} */
  let step = history.state?.onemapStep ?? made(null);
  let path = location.pathname;
  /** The link that is being followed. @type {HTMLAnchorElement | null} */
  let followed = null;
  /** Where a page stood that is being brought back there. @type {Place | null} */
  let coming = null;

  const note = () => {
    if (coming) return; // what is shown isn't yet the page whose place is kept
    const link = (followed ?? document.activeElement)?.closest("#shell-main a[href]");
    const opened = link?.getAttribute("href") ?? placeOf(step.number)?.opened ?? null;
    keep(step.number, { top: main()?.scrollTop ?? 0, opened, list: listed(), from: step.from });
  };

  document.addEventListener("click", ({ target }) => {
    followed = /** @type {Element} */ (target).closest?.("a[href]") ?? null;
    setTimeout(() => (followed = null));
  }, true);

  const push = history.pushState.bind(history);
  history.pushState = (state, title, address) => {
    if (!address) return push(state, title); // a dialog's step stays on its page
    const reached = history.state?.onemapStep;
    if (reached && reached.number !== step.number) return push(state, title, address); // Back was called off: the page's own step again
    note();
    const link = followed?.closest("#shell-main") ? followed : null;
    const leadsOn = link && link.pathname !== location.pathname && !link.matches("[data-row-open]"); // a step within the page is no way back
    const goesBack = leadsOn && step.from && link.pathname + link.search === step.from.address;
    const place = goesBack ? placeOf(step.from?.number) : undefined;
    const isBeside = link?.dataset.beside !== undefined; // along the list from which this page was opened
    const from = place ? place.from : isBeside ? step.from : { number: step.number, address: here() };
    const left = path;
    held = null;
    step = made(from);
    push({ ...state, onemapStep: step }, title, address);
    path = location.pathname;
    if (place) keep(step.number, place);
    bringBack(place, left);
  };
  addEventListener("popstate", () => {
    note(); // Dash, whose listener was added after this one, has drawn nothing anew yet
    step = history.state?.onemapStep ?? made(step.from); // without one it is a link's within the page
    if (!history.state?.onemapStep) history.replaceState({ ...history.state, onemapStep: step }, "");
    const left = path;
    held = null;
    path = location.pathname;
    bringBack(placeOf(step.number), left);
  });
  addEventListener("pagehide", note);

  /* ---- standing where one was, until the reader does something */

  let stop = () => {};
  /** The row that has the keyboard, and which of the list it is. @type {HTMLAnchorElement | null} */
  let held = null;
  let heldAt = -1;
  /** Whether the page that is being drawn begins at its top, however far the one before was scrolled. */
  let isNew = false;
  let isOurs = false; // the keyboard is being moved by what stands here
  const focusOn = (/** @type {HTMLElement} */ link) => {
    isOurs = true;
    link.focus({ preventScroll: true });
    isOurs = false;
  };
  /** @param {Place | undefined} place @param {string} left the path of the page that one comes back from, which may be another than the one opened */
  const bringBack = (place, left) => {
    stop();
    const opened = place?.list.includes(left) ? left : place?.opened;
    if (!place || location.pathname === MAP || (!place.top && !opened)) {
      isNew = left !== location.pathname; // it stands at its top
      return;
    }
    const before = opened ? place.list.indexOf(opened) : -1;
    let looks = 0;
    let remaining = MOST_LOOKS;
    /** @type {Element | null} */
    let found = null;
    const look = () => {
      looks += 1;
      remaining -= 1;
      const api = grid();
      const now = opened ? listed().indexOf(opened) : -1; // others' rows may have come before it
      const at = now < 0 ? before : now;
      if (at >= 0 && api && api.getDisplayedRowCount()) api.ensureIndexVisible(Math.min(at, api.getDisplayedRowCount() - 1), "middle");
      const page = main();
      if (page && Math.abs(page.scrollTop - place.top) > 1) page.scrollTop = place.top;
      const isThere = page && Math.abs(page.scrollTop - place.top) <= 1;
      const link = opened ? standing(opened) ?? (now < 0 && looks > SURE_AFTER ? successor(at) : null) : isThere ? page : null;
      if (link !== found || isFetching()) remaining = link ? SETTLED_LOOKS : MOST_LOOKS;
      found = link;
      if (remaining <= 0) settle();
      if (!opened || !link || !page) return;
      focusOn(link);
      const [inner, outer] = [link.getBoundingClientRect(), page.getBoundingClientRect()];
      if (!api && (inner.bottom < outer.top || inner.top > outer.bottom)) link.scrollIntoView({ block: "center" });
    };
    let timer = setInterval(look, LOOK_MS);
    const settle = () => {
      clearInterval(timer);
      timer = 0;
      coming = null;
    };
    // What comes later draws the rows anew: while nobody has done anything, they are looked at again.
    const drawn = new MutationObserver((changes) => {
      const focused = document.activeElement ?? document.body;
      if (timer || ![document.body, found, held].includes(focused) || !changes.some(({ target }) => main()?.contains(target))) return;
      remaining = SETTLED_LOOKS;
      timer = setInterval(look, LOOK_MS);
    });
    drawn.observe(document.documentElement, { childList: true, subtree: true });
    const ACTS = ["pointerdown", "keydown", "wheel", "click"];
    const end = () => {
      settle();
      drawn.disconnect();
      for (const kind of ACTS) removeEventListener(kind, end, true);
      removeEventListener("focusin", taken);
    };
    const taken = () => isOurs || end(); // a screen reader moves the keyboard without a key
    stop = end;
    coming = place;
    for (const kind of ACTS) addEventListener(kind, end, true);
    addEventListener("focusin", taken);
  };
  /** @param {string} href @returns {HTMLElement | null} */
  const standing = (href) => {
    const links = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(`#shell-main a[href="${CSS.escape(href)}"]`)]);
    return links.find((link) => link.matches("[data-row-open]") && link.offsetParent) ?? links.find((link) => link.offsetParent) ?? null;
  };
  /** The row that took the place of one that has gone. @param {number} at @returns {HTMLElement | null} */
  const successor = (at) => {
    if (at < 0 || isFetching()) return null;
    const api = grid();
    const last = api ? api.getDisplayedRowCount() - 1 : 0;
    if (api) return document.querySelector(`#shell-main .ag-row[row-index="${Math.min(at, last)}"] [data-row-open]`);
    const rows = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("#shell-main [data-row] [data-row-open]")]);
    return rows[Math.min(at, rows.length - 1)] ?? null;
  };

  /* ---- a page opened from a list leads back to that list as it was, in a tab of its own too */

  const arrival = /** @type {PerformanceNavigationTiming | undefined} */ (performance.getEntriesByType("navigation")[0])?.type;
  if (!history.state?.onemapStep) {
    const before = document.referrer ? new URL(document.referrer) : null;
    if (before?.origin === location.origin) step.from = { number: "", address: before.pathname + before.search };
    history.replaceState({ ...history.state, onemapStep: step }, "");
  }
  if (arrival === "back_forward") bringBack(placeOf(step.number), "");

  const lead = () => {
    for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("a[data-back]"))) {
      if (link.dataset.back === step.number) continue;
      link.dataset.back = step.number;
      const address = step.from?.address ?? "";
      link.href = address.split("?")[0] === link.pathname ? address : link.pathname;
    }
  };
  addEventListener("_dashprivate_pushstate", () => (isNew = !coming && step.from?.address !== here()));

  /* A list that is drawn anew, as one is at every change that somebody makes, keeps the keyboard on its row. */
  document.addEventListener("focusin", ({ target }) => {
    held = /** @type {Element} */ (target).closest("#shell-main a[data-row-open]");
    heldAt = held ? listed().indexOf(held.getAttribute("href")) : -1;
  });
  document.addEventListener("focusout", ({ target }) => setTimeout(() => target === held && held?.isConnected && (held = null))); // Chromium says it of a row that is being removed, too
  const hold = () => {
    if (!held || held.isConnected || document.activeElement !== document.body) return;
    const href = held.getAttribute("href") ?? "";
    const row = standing(href) ?? (listed().includes(href) ? null : successor(heldAt));
    if (row) focusOn(row);
  };
  new MutationObserver((changes) => {
    lead();
    hold();
    const page = main();
    if (!isNew || !page || !changes.some(({ target }) => page.contains(target))) return;
    isNew = false;
    page.scrollTop = 0;
  }).observe(document.documentElement, { childList: true, subtree: true });

  window.onemapPlace = {
    coming: () => coming,
    list: () => ({ address: step.from?.address ?? "", rows: placeOf(step.from?.number)?.list ?? [] }),
    extend(rows) {
      const place = placeOf(step.from?.number);
      if (place && step.from) keep(step.from.number, { ...place, list: rows });
    },
  };
})();
