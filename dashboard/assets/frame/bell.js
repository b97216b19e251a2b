// What the ledger has to say to the reader: overdue problems beside the entry, notices in the bell.
(() => {
  "use strict";
  const EVERY_MS = 60000;
  const WAIT_MS = 400;
  /** @type {News | null} */
  let news = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let asked = 0;
  let newest = 0;
  let listed = 0;

  /** The words under a key of an element's own, with their named holes filled. @param {HTMLElement} of @param {string} key @param {Facts} [facts] */
  const say = (of, key, facts = {}) =>
    JSON.parse(of.dataset.words ?? "{}")[key].replace(/\{(\w+)\}/g, (/** @type {string} */ _, /** @type {string} */ name) => String(facts[name] ?? ""));
  const frame = () => /** @type {HTMLElement | null} */ (document.querySelector(".om-bell"));
  const part = (/** @type {HTMLElement} */ bell, /** @type {string} */ what) => /** @type {HTMLElement} */ (bell.querySelector(what));

  /** @template {keyof HTMLElementTagNameMap} T @param {T} tag @param {Facts} attributes @param {...(Node | string)} children */
  function made(tag, attributes, ...children) {
    const node = Object.assign(document.createElement(tag), attributes);
    node.append(...children);
    return node;
  }

  function show() {
    if (!news) return;
    for (const badge of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-overdue]"))) {
      badge.hidden = !news.overdue;
      badge.textContent = String(news.overdue);
      badge.title = say(badge, "overdue", { n: news.overdue });
    }
    const bell = frame();
    if (!bell) return;
    part(bell, ".dot").hidden = !news.unread;
    part(bell, "[data-bell]").title = news.unread ? say(bell, "unread", { n: news.unread }) : say(bell, "title");
  }

  async function ask() {
    clearTimeout(timer);
    timer = undefined;
    const bell = frame();
    if (!bell || document.hidden) return;
    const own = (asked += 1);
    try {
      const answer = await fetch("/api/v1/ledger/news");
      if (!answer.ok) return;
      const heard = await answer.json();
      if (own < newest) return; // an answer to a later question came before
      newest = own;
      news = heard;
      show();
      document.dispatchEvent(new CustomEvent("onemap:news", { detail: news }));
    } catch {
      return;
    }
  }

  /* Several steps in a moment are asked about once. */
  function soon() {
    timer = timer || setTimeout(ask, WAIT_MS);
  }

  async function list() {
    const bell = frame();
    if (!bell) return;
    const panel = part(bell, ".om-notices");
    const own = (listed += 1);
    const all = made("button", { type: "button", className: "btn g s", hidden: true }, say(bell, "all_read"));
    all.addEventListener("click", () => read(null).then(list));
    const head = made("header", {}, say(bell, "title"), all);
    try {
      const answer = await fetch("/api/v1/notices");
      if (!answer.ok) throw new Error(String(answer.status));
      const { notices, unread_count: unread } = await answer.json();
      if (own !== listed) return;
      all.hidden = !unread;
      const rows = notices.map((/** @type {Notice} */ each) => row(each));
      panel.replaceChildren(head, rows.length ? made("ul", {}, ...rows) : made("p", {}, say(bell, "none")));
    } catch {
      if (own === listed) panel.replaceChildren(head, made("p", { role: "alert" }, say(bell, "failed")));
    }
  }

  /** @typedef {{id: number, href: string, is_read: boolean, words: string, about: string}} Notice */
  /** @param {Notice} notice */
  function row(notice) {
    const link = made(
      "a", { href: notice.href, className: notice.is_read ? "" : "new" },
      made("b", {}, notice.words), made("span", {}, notice.about),
    );
    link.addEventListener("click", () => !notice.is_read && read([notice.id]));
    return made("li", {}, link);
  }

  /** @param {number[] | null} ids those that were read; null for all */
  async function read(ids) {
    await fetch("/api/v1/notices/read", {
      method: "POST", keepalive: true, headers: { "Content-Type": "application/json" }, body: JSON.stringify({ ids }),
    }).catch(() => null);
    soon();
  }

  /** @param {boolean} open */
  function turn(open) {
    const bell = frame();
    if (!bell) return;
    part(bell, ".om-notices").hidden = !open;
    part(bell, "[data-bell]").setAttribute("aria-expanded", String(open));
    if (open) list();
  }

  const isOpen = () => {
    const bell = frame();
    return bell !== null && !part(bell, ".om-notices").hidden;
  };
  document.addEventListener("click", (event) => {
    const at = /** @type {Element} */ (event.target);
    if (at.closest?.("[data-bell]")) turn(!isOpen());
    else if (isOpen() && !at.closest?.(".om-notices")) turn(false);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !isOpen()) return;
    turn(false);
    const bell = frame();
    if (bell) part(bell, "[data-bell]").focus();
  });
  for (const name of ["onemap:ledger", "onemap:notice"]) document.addEventListener(name, soon);
  document.addEventListener("visibilitychange", () => !document.hidden && soon());
  setInterval(ask, EVERY_MS);
  let seen = "";
  new MutationObserver(() => {
    const now = frame() ? location.pathname : "";
    if (now === seen) return;
    seen = now;
    if (now) soon();
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
