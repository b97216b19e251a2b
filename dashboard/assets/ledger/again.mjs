/* What the server could not be asked is asked again by itself: rarer each time, and at once when the network or the window is back. */

const FIRST_MS = 1000;
const LAST_MS = 15000;
const BUSY_MS = 200;

export class Again {
  /** @param {() => void} act asks; it says by `later` that it was in vain, and by `rest` that nothing is to be asked */
  constructor(act) {
    this.act = act;
    this.tries = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.now = () => {
      this.stop();
      this.act();
    };
    this.due = () => this.tryIt();
  }

  /** Asks again after a while, if that isn't due already: "online" alone may come before the server can be reached, or never. */
  later() {
    if (this.timer) return;
    window.addEventListener("online", this.now);
    window.addEventListener("focus", this.due);
    this.wait(Math.min(FIRST_MS * 2 ** this.tries, LAST_MS));
    this.tries += 1;
  }

  /** Nothing is to be asked any more, or something else is: the next pause is short again. */
  rest() {
    this.stop();
    this.tries = 0;
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = undefined;
    window.removeEventListener("online", this.now);
    window.removeEventListener("focus", this.due);
  }

  /** @param {number} pause milliseconds */
  wait(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(this.due, pause);
  }

  /** Asks, but not beside an answer under way, which Dash would drop for the next. */
  tryIt() {
    if (!navigator.onLine) this.wait(LAST_MS);
    else if (window.onemapFetching()) this.wait(BUSY_MS);
    else this.now();
  }
}
