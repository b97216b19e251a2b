/* The line to the server: changes as they happen, and coming back by itself when it breaks. */

const FIRST_WAIT_MS = 1000;
/* After a restart every page is back within 5 s; one that stays away longer is asked for less. */
const LONGEST_WAIT_MS = 2500;
const LONG_AWAY = 60;
const LONG_AWAY_WAIT_MS = 30000;
const SILENCE_MS = 50000;

/** Whether the server still knows who we are; a server that doesn't answer says nothing about it. */
export async function stillSignedIn() {
  try {
    return (await fetch("/assets/map/live.mjs", { method: "HEAD", cache: "no-store" })).status !== 401;
  } catch {
    return true;
  }
}

/**
 * What a page does with the line's news.
 * @typedef {object} Told
 * @property {(data: Change) => void} change
 * @property {(data: LedgerChange) => void} ledger
 * @property {() => void} notice
 * @property {() => void} resync
 * @property {(name: string, attempt: number) => void} state live, lost, signed_out; lost with attempt 0: the line stands, but the server gets no news
 * @property {() => string} since a query string
 * @property {() => Promise<boolean>} allowed
 */

export class Live {
  /** @param {Told} told */
  constructor(told) {
    this.told = told;
    this.attempt = 0;
    this.isClosed = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.watch = undefined;
    /** @type {EventSource | null} */
    this.source = null;
    this.online = () => this.hurry();
    addEventListener("online", this.online);
  }

  open() {
    this.shut();
    const source = new EventSource(`/events?${this.told.since()}`);
    this.source = source;
    const alive = () => this.alive();
    source.onopen = () => {
      const back = this.attempt > 0;
      this.attempt = 0;
      this.told.state("live", 0);
      alive();
      // What changed meanwhile comes by the numbers that the page has; notices have none.
      if (back) this.told.notice();
    };
    source.addEventListener("change", (event) => {
      alive();
      this.told.change(JSON.parse(event.data));
    });
    source.addEventListener("resync", () => {
      alive();
      this.told.resync();
    });
    source.addEventListener("ledger", (event) => {
      alive();
      this.told.ledger(JSON.parse(event.data));
    });
    source.addEventListener("notice", () => {
      alive();
      this.told.notice();
    });
    // From here on a notice rings; one that came since the page was made is asked for once.
    source.addEventListener("hello", () => {
      alive();
      this.told.notice();
    });
    source.addEventListener("lost", () => {
      alive();
      this.told.state("lost", 0);
    });
    source.addEventListener("live", () => {
      alive();
      this.told.state("live", 0);
      this.told.notice();
    });
    source.addEventListener("signed_out", () => {
      this.shut();
      this.told.state("signed_out", 0);
      dispatchEvent(new Event("onemap:signed-out"));
    });
    source.onerror = () => this.broken();
  }

  /* A line that says nothing for long may be dead though the browser didn't notice: we ask. */
  alive() {
    clearTimeout(this.watch);
    this.watch = setTimeout(() => this.doubt(), SILENCE_MS);
  }

  async doubt() {
    try {
      await fetch("/healthz", { signal: AbortSignal.timeout(10000) });
      this.alive();
    } catch {
      this.broken();
    }
  }

  /* EventSource stops for good on an answer that is not 200: we come back ourselves. */
  broken() {
    this.shut();
    this.attempt += 1;
    this.told.state("lost", this.attempt);
    const longest = this.attempt > LONG_AWAY ? LONG_AWAY_WAIT_MS : LONGEST_WAIT_MS;
    const wait = Math.min(longest, FIRST_WAIT_MS * 2 ** (this.attempt - 1));
    this.timer = setTimeout(() => this.again(), wait * (0.6 + 0.8 * Math.random()));
  }

  async again() {
    const isAllowed = await this.told.allowed();
    if (this.isClosed) return;
    if (isAllowed) this.open();
    else this.told.state("signed_out", this.attempt);
  }

  hurry() {
    if (this.source || !this.attempt) return;
    clearTimeout(this.timer);
    this.again();
  }

  shut() {
    clearTimeout(this.timer);
    clearTimeout(this.watch);
    this.source?.close();
    this.source = null;
  }

  close() {
    this.isClosed = true;
    this.shut();
    removeEventListener("online", this.online);
  }
}
