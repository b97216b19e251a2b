// For whom a page was drawn: whatever it asks for says so, and the server refuses it once another account has signed in.
//
// When the session has ended, or has become another account's, the page is loaded anew. While something
// is filled in that isn't sent (leaving.js knows what), a line over the page says it instead, and nothing is lost.
(() => {
  const DRAWN_FOR = "X-OneMap-Account";
  const OTHER = "urn:onemap:problem:other_account";
  const LATE_MS = 8000;
  const LONGEST_MS = 30000;
  const UNREAD_MS = 3000;
  const { lang, dataset } = document.documentElement;
  const account = dataset.account ?? "";
  const drawnFor = `${account} ${lang.split("-")[0]}`;
  const here = () => location.pathname + location.search;
  const isFilled = () => window.onemapLeaving?.isFilled() ?? false;
  /** Whether somebody is about to do something here, with nothing to lose perhaps. */
  const isBusy = () => isFilled() || document.querySelector(".rp-form, dialog[open], .mantine-Modal-content") !== null;

  // While a form of the frame is on its way (sign-out, language) its answer is the next page, unless the
  // browser has asked whether to leave and one stays: a timer set before the question runs after it.
  let isLeaving = false;
  addEventListener("onemap:leaving", () => (isLeaving = true));
  addEventListener("pageshow", () => (isLeaving = false));
  addEventListener("beforeunload", (event) => setTimeout(() => event.defaultPrevented && (isLeaving = false)));

  /* ---- the line: over the page or, where a dialog holds the keyboard, in the dialog in front */

  /** @typedef {"session_ended" | "other_account" | "no_answer" | "not_read"} Saying the key of what the line says */
  /** @type {{says: Saying, box: HTMLElement} | null} */
  let line = null;
  let wasFilled = false;
  const put = () => {
    again();
    const place = [...document.querySelectorAll("dialog[open], .mantine-Modal-content")].at(-1) ?? document.body;
    if (!line || line.box.parentElement === place) return;
    place.append(line.box);
    line.box.showPopover?.();
    const at = document.activeElement; // a button that waits for its answer has lost the keyboard
    if (place !== document.body && (!at || at === document.body || at.matches(":disabled"))) line.box.querySelector("button")?.focus();
  };
  new MutationObserver(put).observe(document.documentElement, { childList: true, subtree: true, attributeFilter: ["open"] });

  /** @param {...Saying} saying */
  const hide = (...saying) => {
    if (!line || !saying.includes(line.says)) return;
    line.box.remove();
    line = null;
  };
  const isOver = () => hide("session_ended", "other_account");

  let sentFrom = ""; // the path of the page whose answer is late
  /** A line says what stays: once that has been given up or left there is nothing to say of it. */
  const again = () => {
    if (!line) return;
    if (!isBusy() || location.pathname !== sentFrom) hide("no_answer");
    const isGivenUp = wasFilled && !isFilled();
    wasFilled = isFilled();
    if (isGivenUp && line?.says === "session_ended") look();
  };
  addEventListener("popstate", again);

  /** @param {Saying} saying @param {string} [key] of what a button says that leads on @param {() => void} [act] */
  const show = (saying, key, act) => {
    if (line?.says === saying) return;
    line?.box.remove();
    const words = JSON.parse(document.getElementById("shell-progress")?.dataset.words ?? "{}");
    const box = document.createElement("div");
    box.className = "om-session";
    box.setAttribute("role", "alert");
    box.popover = "manual";
    const said = document.createElement("span");
    said.textContent = words[saying] ?? saying;
    box.append(said);
    if (key && act) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn s";
      button.textContent = words[key] ?? key;
      button.addEventListener("click", act);
      box.append(button);
    }
    line = { says: saying, box };
    wasFilled = isFilled();
    put();
  };

  /* ---- what the server did not answer: the page may ask again by itself before it is said */

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let saying;
  addEventListener("onemap:unread", ({ detail }) => {
    if (detail.length) saying ??= setTimeout(() => { saying = undefined; if (!line && !isLeaving) show("not_read", "read_anew", () => location.reload()); }, UNREAD_MS);
    else {
      clearTimeout(saying);
      saying = undefined;
      hide("not_read");
    }
  });

  /* ---- who is signed in */

  let asked = 0;
  let known = 0;
  /** The number of a question by which we hear who is signed in. */
  const next = () => (asked += 1);
  /** Whether its answer counts: one to a question that was asked before another one already answered is out of date. @param {number} nth */
  const isNews = (nth) => {
    const is = nth >= known;
    if (is) known = nth;
    return is;
  };

  /** Who is signed in now: the page's own account, another or nobody; null where the server doesn't say. @returns {Promise<"own" | "other" | "nobody" | null>} */
  const signedIn = async () => {
    const answer = await fetched("/api/v1/notices", { headers: { [DRAWN_FOR]: drawnFor }, cache: "no-store" }).catch(() => null);
    if (!answer || answer.status >= 500) return null;
    return answer.status === 401 ? "nobody" : answer.status === 412 ? "other" : "own";
  };

  /** Asks who is signed in, and does what follows; where nobody says it, all stays as it is. */
  const look = async () => {
    if (isLeaving) return;
    const nth = next();
    const who = await signedIn();
    if (who === null || !isNews(nth)) return;
    if (who === "own") isOver();
    if (who === "other") changed();
    if (who !== "nobody") return;
    if (!isFilled()) location.replace(`/sign-in?next=${encodeURIComponent(here())}`);
    else show("session_ended", "sign_in_beside", () => window.open("/sign-in?next=/account", "_blank", "noopener"));
  };

  /** Another account is signed in: its page takes this one's place, unless somebody was about to do something here. */
  const changed = () => {
    if (isLeaving) return;
    if (isBusy()) show("other_account", "read_anew", () => location.reload());
    else location.reload();
  };

  /** The server refused a question for whose page this is; where a later one has been answered it is asked who is signed in. @param {number} nth @param {boolean} isOther */
  const refused = (nth, isOther) => {
    if (isNews(nth) && isOther) changed();
    else look();
  };

  addEventListener("onemap:signed-out", look);
  for (const kind of ["focus", "online"]) addEventListener(kind, () => line && line.says !== "no_answer" && look());

  /* ---- what the page asks for, by fetch and, for files, by XMLHttpRequest */

  /** Whether the server answers by who is signed in. @param {string | URL} address */
  const isOurs = (address) => {
    const { origin, pathname } = new URL(address, location.href);
    return Boolean(account) && origin === location.origin && /^\/(api\/|_dash-)/.test(pathname);
  };

  /** @type {Set<symbol>} what was sent a while ago and hasn't been answered */
  const late = new Set();
  /** Says after a while that no answer came, where somebody is about to do something; what it answers is called when one has come. */
  const waitFor = () => {
    const one = Symbol("sent");
    const path = location.pathname;
    const timer = setTimeout(() => {
      late.add(one);
      if (line || !isBusy() || location.pathname !== path) return;
      sentFrom = path;
      show("no_answer");
    }, LATE_MS);
    return () => {
      clearTimeout(timer);
      late.delete(one);
      if (!late.size) hide("no_answer");
    };
  };

  const fetched = window.fetch.bind(window);
  // What our scripts send is small; what the server does for it takes it seconds. A callback of Dash may last.
  const limit = (/** @type {string | URL} */ address) => (new URL(address, location.href).pathname.startsWith("/api/") ? AbortSignal.timeout(LONGEST_MS) : undefined);
  window.fetch = async (...asked) => {
    const [what, how] = asked;
    const [address, method] = what instanceof Request ? [what.url, what.method] : [what, how?.method ?? "GET"];
    if (!isOurs(address)) return fetched(...asked);
    const headers = new Headers(how?.headers ?? (what instanceof Request ? what.headers : undefined));
    headers.set(DRAWN_FOR, drawnFor);
    const isRead = method.toUpperCase() === "GET";
    const signal = how?.signal ?? (isRead ? undefined : limit(address));
    const answered = isRead ? () => {} : waitFor();
    const nth = next();
    const answer = await fetched(what, { ...how, headers, signal }).finally(answered);
    const isOther = answer.status === 412 && (await answer.clone().json().catch(() => null))?.type === OTHER;
    if (answer.status === 401 || isOther) refused(nth, isOther);
    else if (answer.ok && isNews(nth)) isOver();
    return answer;
  };

  const { open } = XMLHttpRequest.prototype;
  /** @this {XMLHttpRequest} @param {string} method @param {string | URL} address */
  XMLHttpRequest.prototype.open = function (method, address) {
    open.call(this, method, address, true);
    if (!isOurs(address)) return;
    this.setRequestHeader(DRAWN_FOR, drawnFor);
    const nth = next();
    this.addEventListener("load", () => {
      if (this.status === 401 || this.status === 412) refused(nth, this.status === 412);
    });
  };
})();
