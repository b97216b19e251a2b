/* The map's tiles: asked for again where something changed, at another address when the basis changes. */

import { Lacking } from "./lacking.mjs";
import { LEAST_ZOOM, MOST_ZOOM, tilesOf } from "./style.mjs";

const PAUSE_MS = 1000;
const MOST_TILES = 400;
/** What is drawn of a neighbouring tile's features, in tiles. */
const BUFFER = 1 / 16;

const column = (/** @type {number} */ lon) => (lon + 180) / 360;
const row = (/** @type {number} */ lat) => {
  const sine = Math.min(0.9999, Math.max(-0.9999, Math.sin((lat * Math.PI) / 180)));
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
};

/**
 * The tiles of a zoom that the boxes touch within the view, each once; null where they are too many to name.
 * @param {Bounds[]} boxes
 * @param {Bounds} view
 * @param {number} zoom
 */
export function tilesIn(boxes, view, zoom) {
  const z = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, Math.floor(zoom)));
  const across = 2 ** z;
  /** @type {Map<string, {z: number, x: number, y: number}>} */
  const found = new Map();
  for (const box of boxes) {
    const [west, south, east, north] = box.map((edge, at) => (at < 2 ? Math.max(edge, view[at]) : Math.min(edge, view[at])));
    if (west > east || south > north) continue;
    const [left, right] = [column(west) * across - BUFFER, column(east) * across + BUFFER].map(Math.floor);
    const [top, bottom] = [row(north) * across - BUFFER, row(south) * across + BUFFER].map(Math.floor);
    for (let x = Math.max(0, left); x <= Math.min(across - 1, right); x += 1) {
      for (let y = Math.max(0, top); y <= Math.min(across - 1, bottom); y += 1) found.set(`${x}/${y}`, { z, x, y });
      if (found.size > MOST_TILES) return null;
    }
  }
  return [...found.values()];
}

export class Tiles {
  /** @param {import("./scene.mjs").Scene} scene @param {(lack: import("./lacking.mjs").Lack) => void} hear is called when they can't be had and when they come again */
  constructor({ map, options }, hear) {
    this.map = map;
    this.options = options;
    this.basis = options.basis ?? "now";
    /** @type {Bounds[] | null} null for everywhere */
    this.boxes = [];
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.at = -Infinity;
    this.lacking = new Lacking(map, () => this.refresh(), hear);
  }

  /** Classes by the newest values, or by the means of a month. @param {string} basis */
  setBasis(basis) {
    if (basis === this.basis) return;
    this.basis = basis;
    this.source.setTiles([tilesOf({ ...this.options, basis })]);
  }

  get source() {
    return /** @type {import("maplibre-gl").VectorTileSource} */ (this.map.getSource("onemap"));
  }

  /** The picture may differ within the boxes, or everywhere: seen at once, under a stream once a second. @param {Bounds[] | null} [boxes] */
  refresh(boxes = null) {
    if (boxes && !boxes.length) return;
    this.boxes = boxes && this.boxes ? [...this.boxes, ...boxes] : null;
    const wait = this.at + PAUSE_MS - performance.now();
    if (wait <= 0) this.ask();
    else this.timer ??= setTimeout(() => this.ask(), wait);
  }

  ask() {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { boxes, map } = this;
    this.boxes = [];
    this.forget();
    const [[west, south], [east, north]] = map.getBounds().toArray();
    const tiles = boxes && tilesIn(boxes, [west, south, east, north], map.getZoom());
    if (tiles && !tiles.length) return; // a change out of sight holds up none in sight
    this.at = performance.now();
    const areLoading = !map.isSourceLoaded("onemap"); // such a tile may be older than the change, and isn't asked for again
    if (tiles) map.refreshTiles("onemap", tiles);
    else map.refreshTiles("onemap");
    if (areLoading) map.once("idle", () => this.refresh(boxes));
  }

  /* Tiles that left the view are kept by MapLibre, and nothing public drops them: they would come back as they were. */
  forget() {
    const managers = /** @type {any} */ (this.map.style).tileManagers; // any: see above
    managers?.onemap?._outOfViewCache?.reset();
  }

  close() {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.lacking.close();
  }
}
