/* A page hears of steps in the ledger as they happen, also of those that came while it had no line. */

import { Live, stillSignedIn } from "../map/live.mjs";
import { onceGone } from "./gone.mjs";

const AGAIN_MS = 200;

/** The line is held while the page is there, and tells of whatever came after the page's change number; a page without one asks whenever the line opens. All that comes within `wait` milliseconds is asked for once, and nothing beside an answer that is on its way: Dash would drop that one, and a page whose news never rest would show none. @param {HTMLElement} page @param {() => void} askNow @param {number} [wait] */
export function follow(page, askNow, wait = 0) {
  let number = page.dataset.changeNo ?? "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  const due = () => {
    waiting = window.onemapFetching() ? setTimeout(due, AGAIN_MS) : undefined;
    if (!waiting && page.isConnected) askNow();
  };
  const ask = () => {
    waiting ??= setTimeout(due, wait);
  };
  const line = new Live({
    change() {},
    ledger(data) {
      number = String(data.change_no);
      ask();
    },
    notice: () => document.dispatchEvent(new Event("onemap:notice")),
    resync: ask,
    state(name) {
      if (name === "live" && !number) ask();
    },
    since: () => (number ? `ledger=${number}` : ""),
    allowed: stillSignedIn,
  });
  line.open();
  onceGone(page, () => {
    line.close();
    clearTimeout(waiting);
  });
}
