/* Where marks and names find room: boxes that meet, cells that lines cross, pixels of the world. */

const CELL_PX = 8;
const MOST_CELLS = 40000;
const TILE_PX = 512;

/** @typedef {{x: number, y: number, w: number, h: number}} Box by its middle */

/** Whether two boxes meet. @param {Box} a @param {Box} b */
export const meet = (a, b) => Math.abs(a.x - b.x) * 2 < a.w + b.w && Math.abs(a.y - b.y) * 2 < a.h + b.h;

/** Things by where they lie, so that only near ones are compared. */
export class Near {
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

/** How many cells with water a box covers. @param {Box} box @param {Set<string>} water */
export function cellsUnder(box, water) {
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

/** Where a pixel of the world lies. @param {Lonlat} pixel @param {number} zoom @returns {Lonlat} */
export function placeOf([x, y], zoom) {
  const side = TILE_PX * 2 ** zoom;
  return [(360 * x) / side - 180, (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / side))) * 180) / Math.PI];
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

/** The lines of a shape. @param {import("geojson").Geometry} shape @returns {Lonlat[][]} */
export function linesOf(shape) {
  if (shape.type === "LineString") return [/** @type {Lonlat[]} */ (shape.coordinates)];
  return shape.type === "MultiLineString" ? /** @type {Lonlat[][]} */ (shape.coordinates) : [];
}
