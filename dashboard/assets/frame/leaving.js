// A dialog with something in it that isn't sent asks before it is left, whichever way: Back, Escape, its cross, a press beside it.
(() => {
  /** The words under a key of an element's own. @param {HTMLElement} of @param {string} key */
  const say = (of, key) => JSON.parse(of.dataset.words ?? "{}")[key];

  /* ---- Back closes the dialog in front, not the page beneath it: each dialog has a step of the history */

  /** @type {(Leavable & {number: number, address: string})[]} the one in front last */
  const held = [];
  let count = Date.now(); // no number of an earlier visit, which a reload keeps in the history
  let own = 0; // steps back of our own, whose event is still to come
  const step = (/** @type {number} */ number) => history.pushState({ ...history.state, onemapDialog: { number, address: location.href } }, "");
  // Whose step this is; pages copy the state into steps of their own, at other addresses.
  const at = () => (history.state?.onemapDialog?.address === location.href ? history.state.onemapDialog.number : null);

  /** Holds the window's history for a dialog that opens; call what it answers when it has closed. @param {Leavable} dialog */
  const hold = (dialog) => {
    const one = { ...dialog, number: (count += 1), address: location.href };
    held.push(one);
    step(one.number);
    return () => {
      held.splice(held.indexOf(one), 1);
      if (at() !== one.number) return;
      own += 1;
      history.back();
    };
  };
  if (at() !== null) { // of a dialog that a reload has closed
    own += 1;
    history.back();
  }
  window.onemapLeaving = { hold, isFilled: () => held.some((one) => one.isFilled()) };

  addEventListener("popstate", (event) => {
    const one = held.at(-1);
    const here = at();
    if (own) own -= 1;
    else if (one && location.href === one.address) {
      if (one.isFilled()) {
        step(one.number);
        one.ask();
      } else one.close();
    } else {
      if (here && !held.some(({ number }) => number === here)) history.back(); // of a dialog long closed
      return;
    }
    event.stopImmediatePropagation(); // the page is the same: nothing is to be read anew
  }, true);
  addEventListener("beforeunload", (event) => held.some((one) => one.isFilled()) && event.preventDefault());

  /* ---- dialogs of Mantine: what is typed in them is known by what a field held when it was first entered */

  const MODAL = ".mantine-Modal-content";
  const FIELDS = "textarea, input:not([type=hidden], [type=radio], [type=checkbox], [type=file])";
  /** @typedef {HTMLInputElement | HTMLTextAreaElement} Field */
  /** @type {WeakMap<Field, string>} */
  const firsts = new WeakMap();
  document.addEventListener("focusin", ({ target }) => {
    const field = /** @type {Element} */ (target).closest?.(FIELDS);
    const typed = /** @type {Field} */ (field);
    if (field?.closest(MODAL) && !firsts.has(typed)) firsts.set(typed, typed.value);
  });
  const isFilled = (/** @type {Element} */ modal) =>
    [.../** @type {NodeListOf<Field>} */ (modal.querySelectorAll(FIELDS))].some((field) => (firsts.get(field) ?? field.value) !== field.value && field.offsetParent);

  /** @type {WeakSet<Element>} dialogs that one has said may go */
  const given = new WeakSet();
  const close = (/** @type {Element} */ modal) => {
    given.add(modal);
    /** @type {HTMLElement | null} */ (modal.querySelector(".mantine-Modal-close"))?.click();
  };
  const ask = (/** @type {Element} */ modal) => {
    const mark = document.getElementById("shell-progress");
    if (!mark || modal.querySelector(".om-leaving")) return;
    const box = document.createElement("div");
    box.className = "om-leaving";
    box.setAttribute("role", "alert");
    const press = (/** @type {string} */ words, /** @type {() => void} */ act) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn s";
      button.textContent = words;
      button.addEventListener("click", () => {
        box.remove();
        act();
      });
      return button;
    };
    const said = document.createElement("span");
    said.textContent = say(mark, "not_sent");
    const stay = press(say(mark, "stay"), () => {});
    box.append(said, stay, press(say(mark, "give_up"), () => close(modal)));
    modal.append(box);
    stay.focus();
  };

  const front = () => [...document.querySelectorAll(MODAL)].at(-1);
  const stops = (/** @type {Event} */ event) => {
    const modal = front();
    if (!modal || given.has(modal) || !isFilled(modal)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(modal);
  };
  addEventListener("click", (event) => {
    if (/** @type {Element} */ (event.target).closest?.(".mantine-Modal-close, .mantine-Modal-overlay, [data-close-dialog]")) stops(event);
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
      if (!open.has(modal)) open.set(modal, hold({ isFilled: () => isFilled(modal), ask: () => ask(modal), close: () => close(modal) }));
    }
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
