/* A page hears of steps in the ledger as they happen, and asks anew where some may have been missed. */

import { Live, stillSignedIn } from "../map/live.mjs";
import { onceGone } from "./gone.mjs";

/** The line is held while the page is there. @param {HTMLElement} page @param {() => void} ask */
export function follow(page, ask) {
  const line = new Live({
    change() {},
    ledger: ask,
    notice: () => document.dispatchEvent(new Event("onemap:notice")),
    resync: ask,
    state() {},
    since: () => "",
    allowed: stillSignedIn,
  });
  line.open();
  onceGone(page, () => line.close());
}
