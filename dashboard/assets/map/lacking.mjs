/* Tiles that could not be had are asked for again, rarer each time: MapLibre never does by itself. What is slow is heard of. */

const FIRST_MS = 2000;
const LONGEST_MS = 30000;
const SLOW_MS = 8000;

/** @typedef {{sourceId?: string, error?: {status?: number}, tile?: {actor?: unknown, state?: string, tileID?: {key: string}}}} MapError */
/** What of the tiles is lacking: nothing, one that failed twice, one for which no answer comes, or all because nobody is signed in. @typedef {"" | "failed" | "slow" | "signed_out"} Lack */

export class Lacking {
  /** @param {WaterMap} map @param {() => void} act asks for the map's tiles anew @param {(lack: Lack) => void} [hear] is called when that is another */
  constructor(map, act, hear = () => {}) {
    this.map = map;
    this.act = act;
    this.hear = hear;
    this.pause = FIRST_MS;
    /** How often each tile failed since one came. @type {Map<string | undefined, number>} */
    this.lost = new Map();
    /** @type {Lack} */
    this.lack = "";
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.silence = undefined;
    map.on("error", (event) => this.failed(/** @type {MapError} */ (event)));
    map.on("dataloading", (event) => {
      if (/** @type {MapError} */ (event).sourceId === "onemap") this.silence ??= setTimeout(() => this.late(), SLOW_MS);
    });
    map.on("idle", () => {
      if (!this.timer) this.pause = FIRST_MS;
      this.heard();
    });
    map.on("remove", () => this.close());
    map.on("sourcedata", (event) => this.came(/** @type {MapError} */ (event)));
  }

  /** @param {Lack} lack */
  turn(lack) {
    if (lack === this.lack) return;
    this.lack = lack;
    this.hear(lack);
  }

  /** The map's line isn't silent: what is still awaited has as long again. */
  heard() {
    clearTimeout(this.silence);
    this.silence = this.isWaiting() ? setTimeout(() => this.late(), SLOW_MS) : undefined;
    if (this.lack === "slow" && !this.silence) this.turn("");
  }

  isWaiting() {
    return Boolean(this.map.getSource("onemap")) && !this.map.isSourceLoaded("onemap");
  }

  late() {
    this.silence = undefined;
    if (!this.lack && this.isWaiting()) this.turn("slow");
  }

  /** @param {MapError} event */
  failed({ sourceId, tile, error }) {
    if (sourceId !== "onemap") return;
    if (tile) tile.actor = undefined; // else MapLibre waits for the answer that failed, for ever
    const times = (this.lost.get(tile?.tileID?.key) ?? 0) + 1;
    this.lost.set(tile?.tileID?.key, times);
    if (error?.status === 401) this.turn("signed_out");
    else if (times > 1) this.turn("failed");
    if (this.timer) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.act();
    }, this.pause);
    this.pause = Math.min(LONGEST_MS, this.pause * 2);
  }

  /** @param {MapError} event */
  came({ sourceId, tile }) {
    if (sourceId !== "onemap" || tile?.state !== "loaded") return;
    this.heard();
    if (!this.lost.size) return;
    this.lost.clear(); // the server answers again; what fails still is noted anew
    this.turn("");
  }

  close() {
    for (const timer of [this.timer, this.silence]) clearTimeout(timer);
    this.timer = this.silence = undefined;
  }
}
