/* Names that stand still: a river's once in the view and off what matters, a seat's always at one side. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { lengthOf, partsOf, riversOf, SEAT_SIDES, seatsOf } from "../../dashboard/assets/map/names.mjs";
import { cellsOf, placeOf, worldPixels } from "../../dashboard/assets/map/placing.mjs";
import { readWords } from "../../dashboard/assets/map/words.mjs";
import { browser } from "./page.mjs";

const ZOOM = 9;
const [WEST, NORTH] = worldPixels([112, 32.5], ZOOM);
const VIEW = { x: WEST, y: NORTH, w: 800, h: 600 };
const at = (x, y) => placeOf([WEST + x, NORTH + y], ZOOM);
const part = (id, from, to, name = "清川河") => ({ id, geometry: { type: "LineString", coordinates: [at(...from), at(...to)] }, properties: { name } });
const pixel = ({ geometry }) => worldPixels(geometry.coordinates, ZOOM).map((each, n) => Math.round(each - [WEST, NORTH][n]));

let restore;
beforeEach(() => {
  restore = browser({});
  readWords({ dataset: { words: "{}", language: "zh" } });
});
afterEach(() => restore());

/* The names on these parts, all of which are rivers that are drawn. */
function named(rows, full = [], before = new Map()) {
  const parts = partsOf(rows, ZOOM);
  return riversOf(parts, VIEW, ZOOM, { full, water: cellsOf(parts.map(({ from, to }) => [from, to])), before }, 0.28);
}

test("a river of many parts bears its name once, on the one that holds it best", () => {
  const rows = [part(1, [-200, 0], [-150, 10]), part(1, [-150, 10], [0, 12]), part(1, [0, 12], [30, 100]), part(2, [0, -200], [150, -200], "青石河")];
  const names = named(rows);
  assert.deepEqual(names.map(({ id }) => id), [1, 2]);
  assert.ok(Math.abs(pixel(names[0])[0] + 75) <= 4, "in the middle of the longest");
  assert.ok(pixel(names[1])[1] > -200, "below the line, not on it");
});

test("a name on a slope is turned along it, on a steep part it reads from the top down", () => {
  const [flat] = named([part(1, [100, 50], [-100, -50])]);
  assert.deepEqual([flat.properties.label, flat.properties.turn], ["清川河", 27]);
  const [steep] = named([part(1, [0, -100], [10, 100])]);
  assert.deepEqual([steep.properties.label, steep.properties.turn], ["清\n川\n河", -3]);
  const [latin] = named([part(1, [0, -100], [10, 100], "Qingchuan")]);
  assert.deepEqual([latin.properties.label, latin.properties.turn], ["Qingchuan", 87]);
});

test("a name keeps off what is drawn, out of a part too short for it, and away from where no river is drawn", () => {
  const disc = { x: WEST - 75, y: NORTH + 16, w: 150, h: 28 };
  const [name] = named([part(1, [-150, 0], [0, 0])], [disc]);
  assert.ok(pixel(name)[1] < 0, "above the line, where it is free");
  const [beside] = named([part(1, [-150, 0], [0, 0])], [disc, { ...disc, y: NORTH - 16 }]);
  assert.equal(beside, undefined, "nowhere, where nothing is free");
  const [level] = named([part(1, [0, 0], [3, 24])]);
  assert.deepEqual([level.properties.turn, pixel(level)[1]], [0, 12], "level, where no part holds it");
  assert.ok(pixel(level)[0] > 24, "beside the line");
  assert.deepEqual(riversOf(partsOf([part(1, [-150, 0], [0, 0])], ZOOM), VIEW, ZOOM, { full: [], water: new Set(["1,1"]), before: new Map() }, 0.28), []);
  assert.deepEqual(named([part(1, [390, 0], [700, 0])]), [], "not where it would leave the view");
});

test("a name stays where it was while that serves", () => {
  const [short, long] = [part(1, [-200, 0], [-110, 0]), part(1, [-100, 40], [200, 40])];
  const before = new Map();
  assert.equal(pixel(named([short], [], before)[0])[0], -155);
  assert.equal(pixel(named([short, long], [], before)[0])[0], -155);
  assert.equal(pixel(named([short, long])[0])[0], 50, "a new look takes the longer part");
});

test("a seat's name stands at a side without a disc, the same for every class that the disc may show", () => {
  const seat = { id: 5, geometry: { type: "Point", coordinates: at(0, 0) }, properties: { name: "清川县", seat: true } };
  const of = (...full) => SEAT_SIDES[seatsOf([seat], ZOOM, { full, water: new Set() }).features[0].properties.side].anchor;
  assert.equal(of(), "left");
  const right = { x: WEST + 24, y: NORTH, w: 38, h: 28 };
  assert.equal(of(right), "right");
  assert.equal(of(right, { ...right, x: WEST - 24 }), "top");
  assert.equal(seatsOf([seat], ZOOM, { full: [], water: new Set() }).boxes.length, 2, "the square and its name take room");
});

test("wide letters are as long as they are high, others half", () => {
  assert.equal(lengthOf("清河", 12), 24);
  assert.ok(lengthOf("Qing", 12) < 36);
  assert.equal(lengthOf("清河", 12, 0.25), 30);
});
