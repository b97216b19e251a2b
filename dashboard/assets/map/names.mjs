/* Names that stand still: a river's once in the view, on a straight part; a seat's always at one side. */

import { cellsUnder, Near, placeOf, worldPixels } from "./placing.mjs";
import { nameOf } from "./words.mjs";

/** @typedef {import("./placing.mjs").Box} Box */
/** @typedef {import("maplibre-gl").GeoJSONFeature} Row of a tile */
/** @typedef {{id: number, from: Lonlat, to: Lonlat, px: number, key: string, row: Row}} Part a straight part of a river, from left to right in pixels of the world */

export const RIVER_PX = 12;
/** What stands between the letters of a river's name, in ems. */
export const SPACING = { zh: 0.28, en: 0.08 };
/** How far a river's name stands from its line, in ems. */
const BESIDE_EM = 1.3;
export const SEAT_PX = 14;
const WIDE = /[\u2e80-\uffff]/;
/* A name is written on a part that is this much of its own length; the rest goes straight on. */
const LEAST_SHARE = 0.55;

/** How long a text is drawn, in pixels. @param {string} text @param {number} size @param {number} [spacing] in ems */
export const lengthOf = (text, size, spacing = 0) => [...text].reduce((sum, letter) => sum + size * ((WIDE.test(letter) ? 1 : 0.56) + spacing), 0);

/* Sides of a seat's square, and the anchor of the text that goes there. */
const SIDES = /** @type {[string, number, number][]} */ ([
  ["left", 1, 0], ["right", -1, 0], ["top", 0, 1], ["bottom", 0, -1], ["top-left", 0.7, 0.7], ["top-right", -0.7, 0.7], ["bottom-left", 0.7, -0.7], ["bottom-right", -0.7, -0.7],
]);
const RINGS_EM = [0.7, 1.4, 2.2, 3.2];

/** Where a seat's name may stand: the anchor of its text, and its offset in ems. @type {{anchor: string, offset: Lonlat}[]} */
export const SEAT_SIDES = RINGS_EM.flatMap((far) => SIDES.map(([anchor, x, y]) => ({ anchor, offset: /** @type {Lonlat} */ ([x * far, y * far]) })));

/**
 * At which side of each seat its name stands: where it covers no disc, whatever is written on that, and little water.
 * @param {Row[]} rows
 * @param {number} zoom
 * @param {{full: Box[], water: Set<string>}} room
 */
export function seatsOf(rows, zoom, { full, water }) {
  const kept = new Near();
  for (const box of full) kept.add(box);
  const boxes = /** @type {Box[]} */ ([]);
  const features = [...rows].sort((a, b) => Number(a.id) - Number(b.id)).map(({ id, geometry, properties }) => {
    const [x, y] = worldPixels(/** @type {any} */ (geometry).coordinates, zoom); // any: points alone
    const w = lengthOf(nameOf(/** @type {any} */ (properties)), SEAT_PX, 0.06); // any: a place has a name
    const laid = SEAT_SIDES.map(({ offset: [dx, dy] }) => ({
      x: x + dx * SEAT_PX + Math.sign(dx) * (w / 2), y: y + dy * SEAT_PX + Math.sign(dy) * (SEAT_PX / 2), w: w + 4, h: SEAT_PX + 4,
    }));
    const costs = laid.map((box, side) => side * 0.5 + (kept.has(box) ? 100 : 0) + Math.min(2 * cellsUnder(box, water), 40));
    const side = costs.indexOf(Math.min(...costs));
    kept.add(laid[side]);
    boxes.push(laid[side], { x, y, w: 10, h: 10 });
    return { type: "Feature", id: Number(id), geometry, properties: { ...properties, what: "seat", side } };
  });
  return { features, boxes };
}

/** The straight parts of rivers that a tile holds. @param {Row[]} rows @param {number} zoom @returns {Part[]} */
export function partsOf(rows, zoom) {
  return rows.flatMap((row) => {
    if (row.geometry.type !== "LineString") return [];
    const line = /** @type {Lonlat[]} */ (row.geometry.coordinates);
    const [from, to] = [line[0], line[line.length - 1]].sort(([a], [b]) => a - b).map((each) => worldPixels(each, zoom));
    const key = line.flat().map((each) => each.toFixed(3)).join();
    return [{ id: Number(row.id), from, to, px: Math.hypot(to[0] - from[0], to[1] - from[1]), key, row }];
  });
}

/* A name may slide along its part, and stand at either side of the line. */
const SLIDES = [0.5, 0.3, 0.7, 0.15, 0.85];
const DOWN_UP = [1, -1];
/* A river's line may go on where the reader sees none of its reaches: no name stands there. */
const ON_PX = 16;

/** @typedef {{at: Lonlat, on: Box, turn: number, isUpright: boolean, boxes: Box[], cost: number, key: string}} Spot where the middle of a river's name may stand, turned by so many degrees or with letter below letter */

/* A steeper name of wide letters is written from the top down. */
const STEEP = 50;

/** The places for a name on a river's parts. @param {Part[]} parts @param {string} name @param {number} long @returns {Spot[]} */
function spotsOf(parts, name, long) {
  return parts.filter(({ px }) => px >= long * LEAST_SHARE).flatMap(({ from, to, px, key }) => {
    const [ux, uy] = [(to[0] - from[0]) / px, (to[1] - from[1]) / px];
    const angle = (Math.atan2(uy, ux) * 180) / Math.PI;
    const isUpright = Math.abs(angle) > STEEP && WIDE.test(name);
    const turn = Math.round(isUpright ? angle - Math.sign(angle) * 90 : angle);
    const slides = SLIDES.filter((share) => share === 0.5 || px * Math.min(share, 1 - share) >= long * 0.35);
    return slides.flatMap((share) => DOWN_UP.map((down) => {
      const [onX, onY] = [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
      const off = BESIDE_EM * RIVER_PX * down;
      const at = /** @type {Lonlat} */ ([onX - uy * off, onY + ux * off]);
      const cost = (px < long ? (1 - px / long) * 60 : (1 - Math.min(px / long, 2)) * 10) + (share === 0.5 ? 0 : 1) + (down === 1 ? 0 : 2);
      return { at, on: { x: onX, y: onY, w: ON_PX, h: ON_PX }, turn, isUpright, boxes: textBoxes(at, [ux, uy], long), cost, key: [key, share, down].join() };
    }));
  });
}

/** The places beside a river for a name that no part holds: level, to its right or left, over little water. @param {Part[]} parts @param {number} long @param {Set<string>} water @returns {Spot[]} */
function levelSpots(parts, long, water) {
  return parts.flatMap(({ from, to, key }) => {
    const [x, y] = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
    return DOWN_UP.map((side) => {
      const at = /** @type {Lonlat} */ ([x + side * (long / 2 + RIVER_PX), y]);
      const boxes = textBoxes(at, [1, 0], long);
      const wet = boxes.reduce((sum, box) => sum + cellsUnder(box, water), 0);
      return { at, on: { x, y, w: ON_PX, h: ON_PX }, turn: 0, isUpright: false, boxes, cost: 40 + 4 * wet + (side === 1 ? 0 : 1), key: [key, "level", side].join() };
    });
  });
}

/**
 * For each river one place in the view with its name: the one from before while it serves, else the straightest that is free.
 * @param {Part[]} parts
 * @param {Box} view
 * @param {number} zoom
 * @param {{full: Box[], water: Set<string>, before: Map<number, string>}} room `before` holds by river where its name stands from now on
 * @param {number} spacing between letters, in ems
 */
export function riversOf(parts, view, zoom, { full, water, before }, spacing) {
  const kept = new Near();
  for (const box of full) kept.add(box);
  /** @type {Map<number, Part[]>} */
  const rivers = new Map();
  for (const part of parts) rivers.set(part.id, [...(rivers.get(part.id) ?? []), part]);
  const was = new Map(before);
  before.clear();
  return [...rivers.entries()].sort(([a], [b]) => a - b).flatMap(([id, own]) => {
    const { properties } = own[0].row;
    const name = nameOf(/** @type {any} */ (properties)); // any: a river has a name
    const long = lengthOf(name, RIVER_PX, spacing);
    const free = [...spotsOf(own, name, long), ...levelSpots(own, long, water)].filter(({ at, on, boxes }) =>
      within(at, view, long / 2) && cellsUnder(on, water) > 0 && !boxes.some((box) => kept.has(box)));
    const cost = (/** @type {Spot} */ spot) => spot.cost - (was.get(id) === spot.key ? 50 : 0);
    const [best] = free.sort((a, b) => cost(a) - cost(b) || (a.key < b.key ? -1 : 1));
    if (!best) return [];
    before.set(id, best.key);
    for (const box of best.boxes) kept.add(box);
    const label = best.isUpright ? [...name].join("\n") : name;
    return [{ type: "Feature", id, geometry: { type: "Point", coordinates: placeOf(best.at, zoom) }, properties: { ...properties, what: "river", label, turn: best.turn } }];
  });
}

const within = (/** @type {Lonlat} */ [x, y], /** @type {Box} */ view, /** @type {number} */ edge) => Math.abs(x - view.x) < view.w / 2 - edge && Math.abs(y - view.y) < view.h / 2 - edge;

/** The boxes that a name's letters fill around its middle. @param {Lonlat} at @param {Lonlat} along the direction @param {number} long @returns {Box[]} */
function textBoxes([x, y], [ux, uy], long) {
  const count = Math.max(1, Math.round(long / RIVER_PX / 1.3));
  return Array.from({ length: count }, (_, n) => {
    const far = ((n + 0.5) / count - 0.5) * long;
    return { x: x + ux * far, y: y + uy * far, w: RIVER_PX * 1.2, h: RIVER_PX * 1.2 };
  });
}
