/* Tiles that could not be had are asked for again, rarer each time: MapLibre never does by itself. */

const FIRST_MS = 2000;
const LONGEST_MS = 30000;

/** @typedef {{sourceId?: string, tile?: {actor?: unknown, state?: string, tileID?: {key: string}}}} MapError */

export class Lacking {
  /** @param {WaterMap} map @param {() => void} act asks for the map's tiles anew @param {(isLacking: boolean) => void} [hear] is called when one could not be had again either, and when one came */
  constructor(map, act, hear = () => {}) {
    this.act = act;
    this.hear = hear;
    this.pause = FIRST_MS;
    /** How often each tile failed since one came. @type {Map<string | undefined, number>} */
    this.lost = new Map();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    map.on("error", (event) => this.failed(/** @type {MapError} */ (event)));
    map.on("idle", () => {
      if (!this.timer) this.pause = FIRST_MS;
    });
    map.on("sourcedata", (event) => this.came(/** @type {MapError} */ (event)));
  }

  /** @param {MapError} event */
  failed({ sourceId, tile }) {
    if (sourceId !== "onemap") return;
    if (tile) tile.actor = undefined; // else MapLibre waits for the answer that failed, for ever
    const times = (this.lost.get(tile?.tileID?.key) ?? 0) + 1;
    this.lost.set(tile?.tileID?.key, times);
    if (times > 1) this.hear(true);
    if (this.timer) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.act();
    }, this.pause);
    this.pause = Math.min(LONGEST_MS, this.pause * 2);
  }

  /** @param {MapError} event */
  came({ sourceId, tile }) {
    if (sourceId !== "onemap" || tile?.state !== "loaded" || !this.lost.size) return;
    this.lost.clear(); // the server answers again; what fails still is noted anew
    this.hear(false);
  }

  close() {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
