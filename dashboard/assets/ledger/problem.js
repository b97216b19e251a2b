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

  /* Opened from a list, a problem leads to those beside it there, and back to the list as it was. */
  const lead = (/** @type {HTMLElement} */ way) => {
    /** @type {{back: string, list: string[]}} */
    let told;
    try {
      told = JSON.parse(sessionStorage.getItem("onemap-ledger-list") ?? "");
    } catch {
      return;
    }
    const at = told.list.indexOf(location.pathname);
    if (at < 0) return;
    for (const [name, step] of /** @type {[string, number][]} */ ([["before", -1], ["after", 1]])) {
      const link = /** @type {HTMLAnchorElement | null} */ (way.querySelector(`[data-beside="${name}"]`));
      const href = told.list[at + step];
      if (!link || !href) continue;
      link.href = href;
      link.hidden = false;
    }
    const back = /** @type {HTMLAnchorElement | null} */ (way.querySelector("a"));
    if (back && told.back) back.href = `/ledger${told.back}`;
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
