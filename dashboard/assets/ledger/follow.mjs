/* A page hears of steps in the ledger as they happen, also of those that came while it had no line. */

import { Live, stillSignedIn } from "../map/live.mjs";
import { onceGone } from "./gone.mjs";

/** The line is held while the page is there, and tells of whatever came after the page's change number; a page without one asks whenever the line opens. @param {HTMLElement} page @param {() => void} ask */
export function follow(page, ask) {
  let number = page.dataset.changeNo ?? "";
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
  onceGone(page, () => line.close());
}
