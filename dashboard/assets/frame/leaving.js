// What is filled in and not sent is not lost without a question: by closing the dialog it is in, or by leaving the page it is on.
//
// Known as filled in are: what an open dialog says of itself when it calls `hold`; in a dialog of Mantine each
// field that holds something else than when it was first entered, or when something marked `data-fills` was, whose
// press fills in the fields beside it (a map, a button that clears); on a page itself the fields of a part marked
// `data-to-send`, which holds no searches and filters. An element marked `data-unsent` counts by being in a
// dialog of Mantine (a file chosen, a password shown once) or such a part itself (a form of which no draft is
// kept); its own `data-words` may ask in its own words.
(() => {
  /** The words under a key of an element's own. @param {HTMLElement} of @param {string} key */
  const say = (of, key) => JSON.parse(of.dataset.words ?? "{}")[key];

  const MODAL = ".mantine-Modal-content";
  const FIELDS = "textarea, input:not([type=hidden], [type=radio])"; // which of a few kinds is chosen is soon chosen again
  const PART = "[data-to-send]";
  /** @typedef {HTMLInputElement | HTMLTextAreaElement} Field */
  /** @param {Element} box @returns {Field[]} its fields that can be seen */
  const fieldsOf = (box) => [.../** @type {NodeListOf<Field>} */ (box.querySelectorAll(FIELDS))].filter((field) => field.offsetParent);

  /* ---- what is filled in in a dialog of Mantine */

  const holds = (/** @type {Field} */ field) => (field.type === "checkbox" ? String(/** @type {HTMLInputElement} */ (field).checked) : field.value);
  /** @type {WeakMap<Field, string>} what each held when it was first entered: a dialog is filled in after it was drawn */
  const firsts = new WeakMap();
  for (const kind of ["focusin", "pointerdown"]) {
    document.addEventListener(kind, ({ target }) => {
      const at = /** @type {Element} */ (target);
      const field = /** @type {Field | null | undefined} */ (at.closest?.(FIELDS) ?? at.closest?.("label")?.control);
      const beside = at.closest?.("[data-fills]")?.parentElement;
      for (const each of beside ? fieldsOf(beside) : [field]) {
        if (each?.matches(FIELDS) && each.closest(MODAL) && !firsts.has(each)) firsts.set(each, holds(each));
      }
    }, true);
  }
  const isFilledIn = (/** @type {Element} */ modal) =>
    Boolean(modal.querySelector("[data-unsent]")) || fieldsOf(modal).some((field) => (firsts.get(field) ?? holds(field)) !== holds(field));

  /* ---- what is filled in anywhere */

  /** @type {Leavable[]} the dialogs that are open, the one in front last */
  const held = [];
  /** The fields of the page itself that hold something to be sent. @returns {Field[]} */
  const typed = () => [...document.querySelectorAll(PART)].flatMap(fieldsOf).filter((field) => field.value.trim() !== field.defaultValue.trim());
  /** The part of the page itself that holds something to be sent. */
  const filledPart = () => document.querySelector(`${PART}[data-unsent]`) ?? typed()[0]?.closest(PART);
  const isFilled = () => held.some((one) => one.isFilled()) || Boolean(filledPart());

  /** Asks at the foot of the box that is filled in. @param {Element} box @param {() => void} leave what giving it up does */
  const ask = (box, leave) => {
    const own = /** @type {HTMLElement | null} */ (box.querySelector("[data-unsent][data-words]"));
    const words = own ?? document.getElementById("shell-progress");
    if (!words) return;
    box.querySelector(".om-leaving")?.remove();
    const question = document.createElement("div");
    question.className = "om-leaving";
    question.setAttribute("role", "alert");
    const press = (/** @type {string} */ label, /** @type {() => void} */ act) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn s";
      button.textContent = label;
      button.addEventListener("click", () => {
        question.remove();
        act();
      });
      return button;
    };
    const said = document.createElement("span");
    said.textContent = say(words, "not_sent");
    const stay = press(say(words, "stay"), () => {});
    question.append(said, stay, press(say(words, "give_up"), leave));
    box.append(question);
    stay.focus();
  };

  /** The page is about to be left though something is filled in: a dialog asks for itself, else the page does, and goes on when that is given up. @param {() => void} leave */
  const askFirst = (leave) => {
    const dialog = held.findLast((one) => one.isFilled());
    const part = filledPart();
    if (dialog) dialog.ask();
    else if (part) ask(part, () => {
      for (const each of document.querySelectorAll(PART)) each.removeAttribute("data-unsent");
      for (const field of typed()) field.value = field.defaultValue;
      leave();
    });
  };

  /* ---- Back closes the dialog in front, not the page beneath it: the history has one step for each open dialog */

  /** The page without what comes after a hash, which the map moves in. @param {string} href */
  const pageOf = (href) => href.split("#")[0];
  const spot = () => ({ href: location.href, state: history.state });
  let here = spot(); // where one was before a step of the history
  const writes = { push: history.pushState.bind(history), replace: history.replaceState.bind(history) };
  history.replaceState = (...how) => {
    writes.replace(...how);
    here = spot();
  };
  history.pushState = (...how) => {
    const to = how[2] ? new URL(how[2], location.href).href : location.href;
    const isOutOfDialog = depth() > 0 && pageOf(to) !== pageOf(location.href); // its step would lie dead between the two pages
    writes[isOutOfDialog ? "replace" : "push"](...how);
    here = spot();
  };
  // How many such steps there are up to this one; pages copy the state into steps of their own, at other addresses.
  const depth = () => (history.state?.onemapDialogs?.page === pageOf(location.href) ? history.state.onemapDialogs.depth : 0);
  let own = 0; // steps back of our own, whose event is still to come
  /** Makes it as many steps as dialogs are open, in whatever order they opened and closed. */
  const level = () => {
    if (own) return;
    for (let nth = depth() + 1; nth <= held.length; nth += 1) {
      history.pushState({ ...history.state, onemapDialogs: { depth: nth, page: pageOf(location.href) } }, "");
    }
    const more = depth() - held.length;
    if (more <= 0) return;
    own += 1;
    history.go(-more);
  };

  /** Holds the window's history for a dialog that opens; call what it answers when it has closed. @param {Leavable} dialog */
  const hold = (dialog) => {
    held.push(dialog);
    level();
    return () => {
      held.splice(held.indexOf(dialog), 1);
      level();
    };
  };
  level(); // a reload has closed what was open
  window.onemapLeaving = { hold, isFilled };

  addEventListener("popstate", (event) => {
    const was = here;
    here = spot();
    const isElsewhere = pageOf(was.href) !== pageOf(here.href);
    const front = held.at(-1);
    if (own) {
      own -= 1;
      level();
      if (isElsewhere) return;
    } else if (isElsewhere) {
      if (!isFilled()) {
        if (!front) level();
        for (const one of [...held]) one.close();
        return;
      }
      history.pushState({ ...was.state, onemapDialogs: null }, "", was.href);
      level();
      askFirst(() => history.back());
    } else if (!front || depth() >= held.length) return level();
    else if (front.isFilled()) {
      level();
      front.ask();
    } else front.close();
    event.stopImmediatePropagation(); // the page is the same: nothing is to be read anew
  }, true);
  addEventListener("beforeunload", (event) => isFilled() && event.preventDefault());

  addEventListener("click", (event) => {
    const link = /** @type {HTMLAnchorElement | null} */ (/** @type {Element} */ (event.target).closest?.("a[href]"));
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || !isFilled()) return;
    const isAway = link.origin === location.origin && pageOf(link.href) !== pageOf(location.href);
    if (!isAway || link.target || link.hasAttribute("download") || link.pathname.startsWith("/api/")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    askFirst(() => link.click());
  }, true);

  /* ---- dialogs of Mantine: its cross, a press beside it, Escape */

  /** @type {WeakSet<Element>} dialogs that one has said may go */
  const given = new WeakSet();
  const close = (/** @type {Element} */ modal) => {
    given.add(modal);
    /** @type {HTMLElement | null} */ (modal.querySelector(".mantine-Modal-close"))?.click();
  };
  const front = () => [...document.querySelectorAll(MODAL)].at(-1);
  const stops = (/** @type {Event} */ event) => {
    const modal = front();
    if (!modal || given.has(modal) || !isFilledIn(modal)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(modal, () => close(modal));
  };
  addEventListener("click", (event) => {
    const at = /** @type {Element} */ (event.target);
    const modal = at.closest?.("[data-close-dialog=done]")?.closest(MODAL);
    if (modal) close(modal);
    else if (at.closest?.(".mantine-Modal-close, .mantine-Modal-overlay, [data-close-dialog]")) stops(event);
  }, true);
  addEventListener("keydown", (event) => {
    const isList = /** @type {Element} */ (event.target).getAttribute?.("data-mantine-stop-propagation") === "true";
    if (event.key === "Escape" && !isList) stops(event);
  }, true);

  // A dialog whose opener has gone meanwhile leaves the keyboard nowhere: the page's heading takes it.
  const home = () => {
    if (front() || (document.activeElement && document.activeElement !== document.body)) return;
    const head = /** @type {HTMLElement | null} */ (document.querySelector(".om-page h1"));
    head?.setAttribute("tabindex", "-1");
    head?.focus({ preventScroll: true });
  };

  /** @type {Map<Element, () => void>} */
  const open = new Map();
  new MutationObserver(() => {
    for (const [modal, closed] of open) {
      if (modal.isConnected) continue;
      open.delete(modal);
      closed();
      setTimeout(home, 300);
    }
    for (const modal of document.querySelectorAll(MODAL)) {
      if (!open.has(modal)) open.set(modal, hold({ isFilled: () => isFilledIn(modal), ask: () => ask(modal, () => close(modal)), close: () => close(modal) }));
    }
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
