/* A problem's page hears of steps in the ledger and then asks whether its problem is among them. */

import { Live, stillSignedIn } from "../map/live.mjs";
import { onceGone } from "./gone.mjs";

const ask = () => window.dash_clientside.set_props("problem-clock", { n_intervals: Date.now() });

/** The line is held while the page is there. @param {HTMLElement} page */
export function follow(page) {
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
