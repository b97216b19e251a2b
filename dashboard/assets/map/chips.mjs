/* Chips from afar: problems that press, counted by place, each beside the water by a short leader. */

import { CHIP_PX, chipWidth } from "./ledger_symbols.mjs";
import { cellsUnder, meet, Near, worldPixels } from "./placing.mjs";

/** From this zoom on every problem is a pin of its own. */
export const PINS_FROM = 11;

/** @typedef {import("./placing.mjs").Box} Box */
/** @typedef {import("maplibre-gl").GeoJSONFeature} Row of a tile */
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

/**
 * For each chip the number of its leader: off every disc, off other chips where it can be, whole in
 * the view where it can be, off the water where it can be, near, and where it was before.
 * @param {Placed[]} chips those first that choose first
 * @param {Box[]} full what no chip may cover
 * @param {Set<string>} water cells of CELL_PX that a line crosses
 * @param {Map<number, number>} before
 * @param {Box} [view] what is seen; a chip whose problem lies beyond may lie there too
 * @returns {Map<number, number>}
 */
export function place(chips, full, water = new Set(), before = new Map(), view = undefined) {
  const kept = new Near();
  const taken = new Near();
  for (const box of full) kept.add(box);
  /** @type {Map<number, number>} */
  const slots = new Map();
  for (const chip of chips) {
    let [best, least] = [0, Infinity];
    const seen = view && meet({ x: chip.x, y: chip.y, w: 0, h: 0 }, view) ? view : undefined;
    for (let slot = 0; slot < TIPS.length; slot += 1) {
      const box = boxOf(chip, slot);
      const ring = Math.floor(slot / SIDES.length);
      let cost = ring * 3 + (slot % SIDES.length) * 0.2 - (before.get(chip.id) === slot ? 2.5 : 0);
      if (cost >= least) continue;
      if (kept.has(box)) cost += 1000;
      if (taken.has(box)) cost += 100;
      if (seen && !within(box, seen)) cost += 50;
      cost += Math.min(cellsUnder(box, water), 12);
      if (cost < least) [best, least] = [slot, cost];
    }
    slots.set(chip.id, best);
    taken.add(boxOf(chip, best));
  }
  return slots;
}

/** @param {Box} box @param {Box} view */
const within = (box, view) => Math.abs(box.x - view.x) * 2 <= view.w - box.w && Math.abs(box.y - view.y) * 2 <= view.h - box.h;

/** @param {Placed} chip @param {number} slot @returns {Box} */
export function boxOf({ x, y, w }, slot) {
  const [dx, dy] = middleOf(slot, w);
  return { x: x + dx, y: y + dy, w: w + 2 * MARGIN_PX, h: CHIP_PX + 2 * MARGIN_PX };
}

/**
 * The chips of the tiles' rows, each with where it is drawn, and the boxes they fill.
 * @param {Row[]} rows
 * @param {number} zoom
 * @param {{full: Box[], water: Set<string>, before: Map<number, number>, view?: Box}} room `before` holds the leaders from now on
 */
export function chipsOf(rows, zoom, { full, water, before, view }) {
  const first = [...rows].sort((a, b) => b.properties.n_late - a.properties.n_late || Number(a.id) - Number(b.id));
  const chips = first.map(({ id, geometry, properties: p }) => {
    const [x, y] = worldPixels(/** @type {any} */ (geometry).coordinates, zoom); // any: points alone
    return { id: Number(id), x, y, w: chipWidth(p.n_late, p.n_soon) };
  });
  const slots = place(chips, full, water, before, view);
  before.clear();
  const features = first.map(({ geometry, properties }, number) => {
    const { id, w } = chips[number];
    const slot = slots.get(id) ?? 0;
    before.set(id, slot);
    return { type: "Feature", id, geometry, properties: { ...properties, slot, at: middleOf(slot, w) } };
  });
  return { features, boxes: chips.map((chip) => boxOf(chip, slots.get(chip.id) ?? 0)) };
}
