/* Chips from afar: off every disc, off each other and off the water, and still where they were. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Beside } from "../../dashboard/assets/map/beside.mjs";
import { boxOf, middleOf, place, TIPS } from "../../dashboard/assets/map/chips.mjs";
import { chipWidth } from "../../dashboard/assets/map/ledger_symbols.mjs";
import { cellsOf, meet, placeOf, worldPixels } from "../../dashboard/assets/map/placing.mjs";
import { discSize } from "../../dashboard/assets/map/symbols.mjs";

const chip = (id, x, y, w = 31) => ({ id, x, y, w });
const boxes = (chips, slots) => chips.map((each) => boxOf(each, slots.get(each.id)));

/* Numbers that look like chance and are the same every time. */
function* numbers(most) {
  for (let seed = 7; ; seed = (seed * 16807) % 2147483647) yield seed % most;
}

test("a chip lies off every disc and every other chip, also where many stand close together", () => {
  const next = numbers(400);
  const some = (n, make) => Array.from({ length: n }, (_, id) => make(id, next.next().value, next.next().value));
  const chips = some(24, (id, x, y) => chip(id, x, y, 31 + (id % 3) * 20));
  const discs = some(30, (_, x, y) => ({ x, y, w: 28, h: 28 }));
  const laid = boxes(chips, place(chips, discs));
  assert.equal(laid.filter((box) => discs.some((disc) => meet(box, disc))).length, 0);
  assert.equal(laid.filter((box, at) => laid.some((other, to) => to > at && meet(box, other))).length, 0);
});

test("a chip of a problem right at a section stands beside its disc, joined by the leader", () => {
  const one = chip(1, 100, 100);
  const slot = place([one], [{ x: 100, y: 100, w: 38, h: 28 }]).get(1);
  const [tip, [x, y]] = [TIPS[slot], middleOf(slot, one.w)];
  assert.ok(!meet(boxOf(one, slot), { x: 100, y: 100, w: 38, h: 28 }));
  assert.ok(Math.abs(tip[0] - x) <= one.w / 2 && Math.abs(tip[1] - y) <= 9, "the leader ends at the chip");
});

test("a chip keeps off the water, and where the water takes all sides it is drawn all the same", () => {
  const river = cellsOf([[[100, 0], [100, 200]], [[100, 90], [300, 10]]]);
  const box = boxOf(chip(1, 100, 100), place([chip(1, 100, 100)], [], river).get(1));
  const cells = [...river].map((each) => each.split(",").map((part) => Number(part) * 8 + 4));
  assert.deepEqual(cells.filter(([x, y]) => Math.abs(x - box.x) * 2 < box.w && Math.abs(y - box.y) * 2 < box.h), []);
  const flood = cellsOf(Array.from({ length: 60 }, (_, row) => [[0, row * 4], [240, row * 4]]));
  assert.equal(place([chip(1, 100, 100)], [], flood).size, 1);
});

test("a chip stays where it was while that is free, and moves when a disc comes there", () => {
  const one = chip(1, 100, 100);
  const before = new Map([[1, 3]]);
  assert.equal(place([one], [], undefined, before).get(1), 3);
  const taken = { ...boxOf(one, 3), w: 20, h: 20 };
  assert.notEqual(place([one], [taken], undefined, before).get(1), 3);
});

test("a chip is whole in the view where its problem lies in it, and beyond stands as it would", () => {
  const view = { x: 100, y: 100, w: 200, h: 200 };
  for (const [x, y] of [[195, 100], [195, 5], [5, 195], [3, 3]]) {
    const box = boxOf(chip(1, x, y), place([chip(1, x, y)], [], undefined, undefined, view).get(1));
    assert.ok(box.x - box.w / 2 >= 0 && box.x + box.w / 2 <= 200, `${x} ${y}`);
    assert.ok(box.y - box.h / 2 >= 0 && box.y + box.h / 2 <= 200, `${x} ${y}`);
  }
  const beyond = [chip(1, 210, 100)];
  assert.deepEqual(place(beyond, [], undefined, undefined, view), place(beyond, []));
});

test("places are pixels of the whole world, so that moving the map moves no chip that stays in view", () => {
  assert.deepEqual(worldPixels([0, 0], 0), [256, 256]);
  const [x, y] = worldPixels([112, 32.5], 9);
  const [twice, deep] = worldPixels([112, 32.5], 10);
  assert.ok(Math.abs(twice - 2 * x) < 1e-6 && Math.abs(deep - 2 * y) < 1e-6);
});

test("a chip is as wide as its counts, a disc as what is written on it", () => {
  assert.ok(chipWidth(3, 0) < chipWidth(12, 0) && chipWidth(12, 0) < chipWidth(12, 4));
  assert.equal(chipWidth(0, 5), chipWidth(5, 0));
  assert.deepEqual([discSize({ cls: 2, meets: true }), discSize({ cls: 6, meets: false }), discSize({ cls: 0, state: "partial", need: 5 }), discSize({ n: 4, cls: 6 })], [[24, 24], [38, 28], [36, 24], [34, 34]]);
});

/* A map whose tiles hold these rows, at a zoom at which one class alone has discs; it keeps what is laid out. */
function mapOf(rows) {
  const laid = {};
  return {
    laid, on() {}, getZoom: () => 6, isZooming: () => false, isSourceLoaded: () => true, getPadding: () => ({}),
    getContainer: () => ({ clientWidth: 800, clientHeight: 600 }), getCenter: () => ({ toArray: () => [112, 32] }),
    querySourceFeatures: (_source, { sourceLayer } = {}) => rows[sourceLayer] ?? [],
    getSource: (name) => ({ setData: ({ features }) => { laid[name] = features; } }),
  };
}

test("under a filter a chip keeps off all that it makes discs of", () => {
  globalThis.requestAnimationFrame = (then) => then();
  const place = [112, 32], pixels = worldPixels(place, 6);
  const boxAt = (slot) => boxOf(chip(1, ...pixels, chipWidth(4, 0)), slot);
  const first = boxAt(0);
  const section = { id: 2, geometry: { type: "Point", coordinates: placeOf([first.x, first.y], 6) }, properties: { cls: 4, meets: false } };
  const problem = { id: 1, geometry: { type: "Point", coordinates: place }, properties: { n_late: 4, n_soon: 0 } };
  const map = mapOf({ problems: [problem], sections: [section] });
  let isNarrowed = false;
  const beside = new Beside(map, { ledger: true, isNarrowed: () => isNarrowed });
  assert.equal(map.laid.chips[0].properties.slot, 0, "a dot has no room kept");
  isNarrowed = true;
  beside.ask();
  assert.ok(!meet(boxAt(map.laid.chips[0].properties.slot), { x: first.x, y: first.y, w: 28, h: 28 }));
});
