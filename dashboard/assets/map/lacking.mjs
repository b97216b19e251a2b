/* Tiles that could not be had are asked for again, rarer each time: MapLibre never does by itself. */

const FIRST_MS = 2000;
const LONGEST_MS = 30000;

/** @typedef {{sourceId?: string, tile?: {actor?: unknown}}} MapError */

export class Lacking {
  /** @param {WaterMap} map @param {() => void} act asks for the map's tiles anew */
  constructor(map, act) {
    this.act = act;
    this.pause = FIRST_MS;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    map.on("error", (event) => this.failed(/** @type {MapError} */ (event)));
    map.on("idle", () => {
      if (!this.timer) this.pause = FIRST_MS;
    });
  }

  /** @param {MapError} event */
  failed({ sourceId, tile }) {
    if (sourceId !== "onemap") return;
    if (tile) tile.actor = undefined; // else MapLibre waits for the answer that failed, for ever
    if (this.timer) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.act();
    }, this.pause);
    this.pause = Math.min(LONGEST_MS, this.pause * 2);
  }

  close() {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
