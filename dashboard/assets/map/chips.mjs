/* Chips from afar: problems that press, counted by place, each beside the water by a short leader. */

import { sourceOf } from "./library.mjs";
import { CHIP_PX, chipWidth } from "./ledger_symbols.mjs";
import { discSize } from "./symbols.mjs";

/** From this zoom on every problem is a pin of its own. */
export const PINS_FROM = 11;
/* From here on a chip keeps off the lines of rivers too; further out they are everywhere. */
const LINES_FROM = 8;
const CELL_PX = 8;
const MOST_CELLS = 40000;
const TILE_PX = 512;

/** @typedef {{x: number, y: number, w: number, h: number}} Box by its middle */
/** @typedef {{id: number, x: number, y: number, w: number}} Placed where the problem lies, and how wide its chip is */

/* Where a chip may lie: eight sides at growing distances, the ones up and to the right first. */
const SIDES = [[1, -1], [-1, -1], [0, -1], [1, 0], [-1, 0], [1, 1], [-1, 1], [0, 1]];
const RINGS_PX = [14, 24, 38, 58, 84];
const CORNER_PX = 4;
const MARGIN_PX = 2;

/** The tips of all leaders, in pixels from the problem's place. @type {Lonlat[]} */
export const TIPS = RINGS_PX.flatMap((far) => SIDES.map(([x, y]) => {
  const along = x && y ? far * Math.SQRT1_2 : far;
  return /** @type {Lonlat} */ ([Math.round(x * along), Math.round(y * along)]);
}));

/** The middle of a chip of that width at the end of a leader, in pixels from the place. @param {number} slot @param {number} w @returns {Lonlat} */
export function middleOf(slot, w) {
  const [x, y] = SIDES[slot % SIDES.length];
  const corner = x && y ? CORNER_PX : 0;
  const [tipX, tipY] = TIPS[slot];
  return [tipX + x * (w / 2 - corner), tipY + y * (CHIP_PX / 2 - corner)];
}

/** Whether two boxes meet. @param {Box} a @param {Box} b */
const meet = (a, b) => Math.abs(a.x - b.x) * 2 < a.w + b.w && Math.abs(a.y - b.y) * 2 < a.h + b.h;

/** Things by where they lie, so that only near ones are compared. */
class Near {
  constructor() {
    /** @type {Map<string, Box[]>} */
    this.cells = new Map();
  }

  /** @param {Box} box @param {(boxes: Box[], key: string) => void} then */
  each(box, then) {
    const cell = (/** @type {number} */ at) => Math.floor(at / 64);
    for (let x = cell(box.x - box.w / 2); x <= cell(box.x + box.w / 2); x += 1) {
      for (let y = cell(box.y - box.h / 2); y <= cell(box.y + box.h / 2); y += 1) {
        const key = `${x},${y}`;
        then(this.cells.get(key) ?? [], key);
      }
    }
  }

  /** @param {Box} box */
  add(box) {
    this.each(box, (boxes, key) => this.cells.set(key, [...boxes, box]));
  }

  /** @param {Box} box */
  has(box) {
    let found = false;
    this.each(box, (boxes) => (found ||= boxes.some((other) => meet(box, other))));
    return found;
  }
}

/**
 * For each chip the number of its leader: off every disc, off other chips where it can be, off the
 * water where it can be, near, and where it was before.
 * @param {Placed[]} chips those first that choose first
 * @param {Box[]} discs
 * @param {Set<string>} water cells of CELL_PX that a line crosses
 * @param {Map<number, number>} before
 * @returns {Map<number, number>}
 */
export function place(chips, discs, water = new Set(), before = new Map()) {
  const kept = new Near();
  const taken = new Near();
  for (const disc of discs) kept.add(disc);
  /** @type {Map<number, number>} */
  const slots = new Map();
  for (const chip of chips) {
    let [best, least] = [0, Infinity];
    for (let slot = 0; slot < TIPS.length; slot += 1) {
      const box = boxOf(chip, slot);
      const ring = Math.floor(slot / SIDES.length);
      let cost = ring * 3 + (slot % SIDES.length) * 0.2 - (before.get(chip.id) === slot ? 2.5 : 0);
      if (cost >= least) continue;
      if (kept.has(box)) cost += 1000;
      if (taken.has(box)) cost += 100;
      cost += Math.min(cellsUnder(box, water), 12);
      if (cost < least) [best, least] = [slot, cost];
    }
    slots.set(chip.id, best);
    taken.add(boxOf(chip, best));
  }
  return slots;
}

/** @param {Placed} chip @param {number} slot @returns {Box} */
export function boxOf({ x, y, w }, slot) {
  const [dx, dy] = middleOf(slot, w);
  return { x: x + dx, y: y + dy, w: w + 2 * MARGIN_PX, h: CHIP_PX + 2 * MARGIN_PX };
}

/** @param {Box} box @param {Set<string>} water */
function cellsUnder(box, water) {
  if (!water.size) return 0;
  let count = 0;
  const cell = (/** @type {number} */ at) => Math.floor(at / CELL_PX);
  for (let x = cell(box.x - box.w / 2); x <= cell(box.x + box.w / 2); x += 1) {
    for (let y = cell(box.y - box.h / 2); y <= cell(box.y + box.h / 2); y += 1) count += Number(water.has(`${x},${y}`));
  }
  return count;
}

/** Pixels of the whole world at a zoom, so that a move of the map changes nothing. @param {Lonlat} place @param {number} zoom @returns {Lonlat} */
export function worldPixels([lon, lat], zoom) {
  const side = TILE_PX * 2 ** zoom;
  const north = Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360));
  return [(side * (lon + 180)) / 360, (side * (1 - north / Math.PI)) / 2];
}

/** The cells that lines cross. @param {Lonlat[][]} lines in pixels @returns {Set<string>} */
export function cellsOf(lines) {
  /** @type {Set<string>} */
  const cells = new Set();
  for (const line of lines) {
    for (let at = 1; at < line.length; at += 1) {
      const [[x, y], [toX, toY]] = [line[at - 1], line[at]];
      const steps = Math.ceil(Math.max(Math.abs(toX - x), Math.abs(toY - y)) / (CELL_PX / 2)) || 1;
      for (let step = 0; step <= steps; step += 1) {
        cells.add(`${Math.floor((x + ((toX - x) * step) / steps) / CELL_PX)},${Math.floor((y + ((toY - y) * step) / steps) / CELL_PX)}`);
      }
      if (cells.size > MOST_CELLS) return new Set();
    }
  }
  return cells;
}

/** @param {import("geojson").Geometry} shape @returns {Lonlat[][]} */
function linesOf(shape) {
  if (shape.type === "LineString") return [/** @type {Lonlat[]} */ (shape.coordinates)];
  return shape.type === "MultiLineString" ? /** @type {Lonlat[][]} */ (shape.coordinates) : [];
}

export class Chips {
  /** @param {WaterMap} map */
  constructor(map) {
    this.map = map;
    /** @type {Map<number, number>} */
    this.slots = new Map();
    this.drawn = "[]";
    this.isAsked = false;
    map.on("sourcedata", (event) => event.sourceId === "onemap" && this.ask());
    map.on("moveend", () => this.ask());
  }

  /** Chips are placed once for all that changed, when every tile in view is there. */
  ask() {
    if (this.isAsked) return;
    this.isAsked = true;
    requestAnimationFrame(() => {
      this.isAsked = false;
      if (this.map.getSource("chips") && this.map.isSourceLoaded("onemap") && !this.map.isZooming()) this.draw();
    });
  }

  /** What the tiles tell of a layer, each thing once. @param {string} sourceLayer */
  told(sourceLayer) {
    const found = this.map.querySourceFeatures("onemap", { sourceLayer });
    return [...new Map(found.map((each) => [Number(each.id), each])).values()];
  }

  draw() {
    const zoom = this.map.getZoom();
    const features = zoom < PINS_FROM ? this.features(zoom) : [];
    const drawn = JSON.stringify(features);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    sourceOf(this.map, "chips").setData(/** @type {any} */ ({ type: "FeatureCollection", features })); // any: a plain point
  }

  /** The chips with where each is drawn. @param {number} zoom */
  features(zoom) {
    const pixels = (/** @type {any} */ each) => worldPixels(each.geometry.coordinates, zoom); // any: points alone
    const told = this.told("problems").sort((a, b) => b.properties.n_late - a.properties.n_late || Number(a.id) - Number(b.id));
    const widths = told.map(({ properties: p }) => chipWidth(p.n_late, p.n_soon));
    const chips = told.map((each, number) => ({ id: Number(each.id), x: pixels(each)[0], y: pixels(each)[1], w: widths[number] }));
    const discs = this.told("sections").map((each) => {
      const [w, h] = discSize(each.properties);
      return { x: pixels(each)[0], y: pixels(each)[1], w, h };
    });
    this.slots = place(chips, discs, told.length && zoom >= LINES_FROM ? this.water(zoom) : undefined, this.slots);
    return told.map(({ id, geometry, properties }, number) => {
      const slot = this.slots.get(Number(id)) ?? 0;
      return { type: "Feature", id: Number(id), geometry, properties: { ...properties, slot, at: middleOf(slot, widths[number]) } };
    });
  }

  /** @param {number} zoom */
  water(zoom) {
    const lines = this.map.querySourceFeatures("onemap", { sourceLayer: "reaches" }).flatMap(({ geometry }) => linesOf(geometry));
    return cellsOf(lines.map((line) => line.map((place) => worldPixels(place, zoom))));
  }
}
