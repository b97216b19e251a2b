// Shows along the window's top that a page is fetched, from the press of a link until it is there; brings what it is drawn
// with; tells by "onemap:unread" which of Dash's outputs the server didn't answer for, and asks again for a page among them.
(() => {
  const NEEDED = "X-OneMap-Scripts";
  const WAIT_MS = 60;
  const QUIET_MS = 120;
  const LONGEST_MS = 15000;
  const HANGS_MS = 30000;
  const AGAIN_MS = 2000;
  const BUSY_MS = 200;
  const RAREST_MS = 30000;
  const root = document.documentElement;
  /** What Dash has asked and has no answer to. @type {Set<{page: string, since: number}>} */
  const open = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let showing;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let ending;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let giving;
  let isOn = false;

  const end = () => {
    isOn = false;
    for (const timer of [showing, ending, giving]) clearTimeout(timer);
    root.classList.remove("is-fetching");
  };
  const soon = () => {
    clearTimeout(ending);
    if (isOn && !open.size) ending = setTimeout(end, QUIET_MS);
  };
  const begin = () => {
    end();
    isOn = true;
    showing = setTimeout(() => root.classList.add("is-fetching"), WAIT_MS);
    giving = setTimeout(end, LONGEST_MS);
  };

  /** @type {Map<string, Promise<void>>} */
  const bringing = new Map();
  /** A script of Dash's that this page may have come without. @param {string} address */
  const brought = (address) => {
    if (document.querySelector(`script[src="${CSS.escape(address)}"]:not([data-late])`)) return Promise.resolve();
    let coming = bringing.get(address);
    if (!coming) {
      coming = new Promise((done, failed) => {
        const script = document.createElement("script");
        script.src = address;
        script.dataset.late = "true";
        script.onload = () => done();
        script.onerror = () => { bringing.delete(address); failed(new TypeError(`${address} could not be loaded`)); };
        document.head.append(script);
      });
      bringing.set(address, coming);
    }
    return coming;
  };

  /** Outputs, as Dash names them, whose last question has no answer. @type {Set<string>} */
  const unread = new Set();
  const tell = () => dispatchEvent(new CustomEvent("onemap:unread", { detail: [...unread] }));
  /** @param {RequestInit | undefined} how @param {boolean} isAnswered */
  const note = (how, isAnswered) => {
    if (isAnswered && !unread.size) return;
    const { output } = JSON.parse(String(how?.body));
    if (!isAnswered) unread.add(output);
    else if (!unread.delete(output)) return;
    tell();
  };

  const fetched = window.fetch;
  window.fetch = async (...asked) => {
    const address = asked[0] instanceof Request ? asked[0].url : String(asked[0]);
    if (!address.includes("_dash-update-component")) return fetched.apply(window, asked);
    const question = { page: location.pathname, since: performance.now() };
    open.add(question);
    clearTimeout(ending);
    let isAnswered = false;
    try {
      const answer = await fetched.apply(window, asked);
      await Promise.all((answer.headers.get(NEEDED) ?? "").split(" ").filter(Boolean).map(brought));
      isAnswered = answer.status < 500;
      return answer;
    } finally {
      open.delete(question);
      soon();
      if (question.page === location.pathname) note(asked[1], isAnswered); // what a page that was left asked is no matter any more
    }
  };

  // A page whose answer was lost would stay empty until somebody loads it anew.
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  let pause = AGAIN_MS;
  const askAgain = () => {
    if (waiting === undefined) return;
    clearTimeout(waiting);
    waiting = window.onemapFetching() ? setTimeout(askAgain, BUSY_MS) : undefined;
    if (waiting === undefined) window.dash_clientside.set_props("_pages_location", { pathname: location.pathname });
  };
  addEventListener("onemap:unread", ({ detail }) => {
    if (detail.some((output) => output.includes("_pages_content."))) {
      waiting ??= setTimeout(askAgain, pause);
      pause = Math.min(RAREST_MS, pause * 2);
    } else {
      clearTimeout(waiting);
      waiting = undefined;
      pause = AGAIN_MS;
    }
  });
  addEventListener("online", askAgain);

  /** Whether an answer of Dash's is on its way: a question beside it would be answered instead of it. One that hangs is given up. */
  window.onemapFetching = () => [...open].some(({ since }) => performance.now() - since < HANGS_MS);

  let path = location.pathname;
  const turned = () => {
    if (location.pathname === path) return;
    path = location.pathname;
    if (unread.size) {
      unread.clear();
      tell();
    }
    begin();
    soon();
  };
  addEventListener("_dashprivate_pushstate", turned);
  addEventListener("popstate", turned);
  addEventListener("pageshow", end);
  document.addEventListener("click", (event) => {
    const link = /** @type {HTMLAnchorElement | null} */ (/** @type {Element} */ (event.target).closest?.("a[href]"));
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const leaves = link.origin === location.origin && !link.target && !link.hasAttribute("download");
    if (leaves && !link.pathname.startsWith("/api/") && link.pathname !== location.pathname) begin();
  });
})();
