// Brings a problem's page to life: dialogs for its steps, the photos large, the place on a small map.
(() => {
  /** A module of this room, brought when it is needed. @param {string} name @returns {Promise<any>} any: each has functions of its own */
  const load = (name) => import(`/assets/ledger/${name}.mjs`);

  document.addEventListener("click", (event) => {
    const button = /** @type {HTMLElement | null | undefined} */ (/** @type {Element} */ (event.target).closest?.("[data-problem-act], [data-problem-photo], [data-problem-print]"));
    if (!button) return;
    const bar = /** @type {HTMLElement | null} */ (document.querySelector("[data-problem]"));
    if (button.dataset.problemPrint !== undefined) print();
    else if (!bar) return;
    else if (button.dataset.problemAct) {
      const told = JSON.parse(bar.dataset.problem ?? "");
      load("dialog").then(({ open }) => open(told, button.dataset.problemAct));
    } else {
      const told = JSON.parse(bar.dataset.problem ?? "");
      load("gallery").then(({ show }) => show(told, Number(button.dataset.problemPhoto)));
    }
  });

  /* On a phone the line of steps is wider than the window: the one under way is brought into it. */
  const reach = (/** @type {HTMLElement} */ line) => {
    const now = /** @type {HTMLElement | null} */ (line.querySelector(".cur, .stop, li:last-child"));
    if (now) line.scrollLeft = now.offsetLeft - 2 * now.offsetWidth;
  };

  /* A link of the list names the step that waits: its dialog opens as soon as the button is there. */
  const begin = () => {
    const step = /^\/ledger\/\d+$/.test(location.pathname) ? location.hash.slice(1) : "";
    const button = /** @type {HTMLElement | null} */ (step ? document.querySelector(`[data-problem-act="${CSS.escape(step)}"]`) : null);
    if (!button) return;
    history.replaceState(history.state, "", location.pathname);
    button.click();
  };

  /* Opened from a list, a problem leads to those beside it there; what the list hadn't loaded, or didn't hand to a tab of its own, is asked for. */
  const MOST_ROWS = 200;
  const lead = async (/** @type {HTMLElement} */ way) => {
    const { address, rows: known } = window.onemapPlace.list();
    if (!/^\/ledger(\?|$)/.test(address)) return;
    const rows = known.length ? known : await read(address, 0);
    const at = rows.indexOf(location.pathname);
    if (at < 0 || !way.isConnected) return;
    point(way, "before", rows[at - 1]);
    if (rows[at + 1]) return point(way, "after", rows[at + 1]);
    const next = (await read(address, at)).find((href) => !rows.includes(href));
    if (!next || !way.isConnected) return;
    rows[at + 1] = next;
    window.onemapPlace.extend(rows);
    point(way, "after", next);
  };
  /** The addresses of the list's problems from that row on. @param {string} address the list's @param {number} start @returns {Promise<(string | null)[]>} */
  const read = async (address, start) => {
    const asked = new URLSearchParams(address.split("?")[1]);
    for (const [name, value] of Object.entries({ start, limit: MOST_ROWS })) asked.set(name, String(value));
    const answer = await fetch(`/api/v1/problems?${asked}`).catch(() => null);
    /** @type {{rows: {id: number}[]}} */
    const found = answer?.ok ? await answer.json() : { rows: [] };
    return found.rows.map(({ id }) => `/ledger/${id}`);
  };
  const point = (/** @type {HTMLElement} */ way, /** @type {string} */ name, /** @type {string | null | undefined} */ href) => {
    const link = /** @type {HTMLAnchorElement | null} */ (way.querySelector(`[data-beside="${name}"]`));
    if (!link || !href) return;
    link.href = href;
    link.hidden = false;
  };

  const look = () => {
    begin();
    const way = /** @type {HTMLElement | null} */ (document.querySelector(".pb-page .pb-way:not([data-alive])"));
    if (way) {
      way.dataset.alive = "true";
      lead(way);
    }
    for (const line of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".pb-steps:not([data-alive])"))) {
      line.dataset.alive = "true";
      reach(line);
    }
    for (const box of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-spot]:not([data-alive])"))) {
      box.dataset.alive = "true";
      load("spot").then(({ mark }) => mark(box));
    }
    const page = /** @type {HTMLElement | null} */ (document.querySelector(".pb-page:not([data-alive])"));
    if (page) {
      page.dataset.alive = "true";
      load("follow").then(({ follow }) => follow(page, () => window.dash_clientside.set_props("problem-clock", { n_intervals: Date.now() })));
    }
    const form = /** @type {HTMLElement | null} */ (document.querySelector("[data-report]:not([data-alive])"));
    if (form) {
      form.dataset.alive = "true";
      load("report").then(({ bring }) => bring(form));
    }
  };
  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    onemap_report: {
      /** @param {Placed | null} spot */
      placed(spot) {
        load("report").then((report) => report.placed(spot));
        return window.dash_clientside.no_update;
      },
    },
  });
  new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true });
  look();
})();
