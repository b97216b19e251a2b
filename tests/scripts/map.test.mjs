/* What the map holds and lists: points, pins, their order, the grid, the free part beside panels. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { covers, padding } from "../../dashboard/assets/map/layout.mjs";
import { concern } from "../../dashboard/assets/map/list.mjs";
import { mixed } from "../../dashboard/assets/map/palette.mjs";
import { Pins, timeWords } from "../../dashboard/assets/map/pins.mjs";
import { FILTERS, Points } from "../../dashboard/assets/map/points.mjs";
import { graticule, Scene } from "../../dashboard/assets/map/scene.mjs";
import { Waters } from "../../dashboard/assets/map/waters.mjs";
import { readWords } from "../../dashboard/assets/map/words.mjs";
import { answer, browser } from "./page.mjs";

const WORDS = { over_by: "over by {n}", over_short: "+{n}", over_today: "over today", left: "{n} left", due_today: "due today" };
const station = (id, properties) => ({ type: "Feature", id, geometry: { type: "Point", coordinates: [112, 32] }, properties: { kind: "section", name: `断面${id}`, state: "graded", ...properties } });
const problem = (id, properties) => ({ type: "Feature", id, geometry: { type: "Point", coordinates: [112, 32] }, properties: { kind: "problem", light: "green", days: 5, category: "waste", status: "accepted", ...properties } });

/* A map that remembers what each source was given last. */
function fakeMap() {
  const given = {};
  const source = (name) => ({
    setData: (data) => (given[name] = data.features.map(({ id }) => id)),
    updateData: (diff) => (given[name] = { add: diff.add.map(({ id }) => id), remove: diff.remove }),
    setTiles: (tiles) => (given[name] = tiles),
  });
  return { given, states: new Map(), getSource: source, setFeatureState(target, state) { this.states.set(`${target.sourceLayer}|${target.id}`, { ...this.states.get(`${target.sourceLayer}|${target.id}`), ...state }); }, removeFeatureState(target) { this.states.delete(`${target.sourceLayer}|${target.id}`); } };
}

let restore;
beforeEach(() => {
  restore = browser({ location: { origin: "http://here" } });
  readWords({ dataset: { words: JSON.stringify(WORDS), language: "zh" } });
});
afterEach(() => restore());

test("points lie in the source of their kind; a filter leaves boards and intakes out", () => {
  const map = fakeMap();
  const points = new Points(map);
  points.reset([station(1, { meets: true }), station(2, { meets: false }), station(3, { kind: "intake" })], [station(4, { kind: "notice_board" })]);
  assert.deepEqual(map.given, { sections: [1, 2], outfalls: [], intakes: [3], boards: [4] });
  points.narrow("below");
  assert.deepEqual(map.given, { sections: [2], outfalls: [], intakes: [], boards: [] });
});

test("each filter lets through what its count on the strip counts", () => {
  const all = [
    station(1, { meets: true }), station(2, { meets: false }), station(3, { state: "partial" }), station(4, { state: "stale", off: true }),
    station(5, { kind: "outfall", comp: "exceeding" }), station(6, { kind: "outfall", comp: "compliant", off: true }), station(7, { state: "none" }),
  ];
  const through = (name) => all.filter(({ properties }) => FILTERS[name](properties)).map(({ id }) => id);
  assert.deepEqual(Object.fromEntries(Object.keys(FILTERS).map((name) => [name, through(name)])), { meets: [1], below: [2], unsure: [3, 4], exceeding: [5], offline: [4, 6] });
});

test("a changed station is drawn anew alone, and rings only where its look changed", () => {
  const map = fakeMap();
  const points = new Points(map);
  points.reset([station(1, { cls: 2 }), station(2, { cls: 3 })], []);
  assert.deepEqual(points.change([station(1, { cls: 2, n: 9 })]), []);
  const [changed] = points.change([station(2, { cls: 5 })]);
  assert.equal(changed.properties.icon, "section|5|graded||");
  assert.deepEqual(map.given.sections, { add: [2], remove: [] });
});

test("a station that a change takes out of the filter leaves the map", () => {
  const map = fakeMap();
  const points = new Points(map);
  points.reset([station(1, { meets: false })], []);
  points.narrow("below");
  points.change([station(1, { meets: true })]);
  assert.deepEqual(map.given.sections, { add: [], remove: [1] });
});

test("a section's disc shows what is there of what is needed, or the last class of a silent one", () => {
  const points = new Points(fakeMap());
  points.reset([station(1, { state: "partial", have: 3, need: 5, cls: 0 }), station(2, { state: "stale", last: 4, meets: false })], []);
  assert.equal(points.find("section", "1").properties.icon, "section|0|partial||3/5");
  assert.equal(points.find("section", 2).properties.icon, "section|0|stale|r|Ⅳ");
});

test("overdue pins stand apart from the others, closed problems go", async () => {
  const map = fakeMap();
  const pins = new Pins(map);
  globalThis.fetch = async () => answer({ change_no: 5, problems: [problem(1), problem(2, { light: "red", days: -3 })] });
  await pins.load();
  assert.deepEqual(map.given, { overdue: [2], problems: [1] });
  const changed = pins.change({ change_no: 6, problems: [problem(1, { light: "red", days: 0 })], gone: [2], patrols: true });
  assert.deepEqual(changed.map(({ id }) => id), [1]);
  assert.deepEqual(map.given, { overdue: [1], problems: [], patrols: ["http://here/tiles/patrols/{z}/{x}/{y}.mvt?told=1"] });
  assert.equal(pins.changeNo, 6);
});

test("a change that was overtaken doesn't set the number of the newest back", () => {
  const pins = new Pins(fakeMap());
  pins.change({ change_no: 9, problems: [], gone: [], patrols: false });
  pins.change({ change_no: 4, problems: [], gone: [], patrols: false });
  assert.equal(pins.changeNo, 9);
});

test("a deadline is told in days to go, as today's, or by how much it is over", () => {
  assert.equal(timeWords({}), "");
  assert.equal(timeWords({ light: "green", days: 4 }), "4 left");
  assert.equal(timeWords({ light: "amber", days: 0 }), "due today");
  assert.equal(timeWords({ light: "red", days: 0 }), "over today");
  assert.equal(timeWords({ light: "red", days: -2 }), "over by 2");
});

test("the list puts what needs a look first: targets missed, worse classes, then what can't be told", () => {
  const listed = [
    station(1, { cls: 2, meets: true }), station(2, { cls: 0, state: "stale" }), station(3, { cls: 4, meets: false }),
    station(4, { cls: 6, meets: false }), station(5, { kind: "outfall", comp: "exceeding" }), station(6, { cls: 0, state: "none" }),
  ];
  const order = listed.sort((a, b) => concern(b) - concern(a)).map(({ id }) => id);
  assert.deepEqual(order, [4, 3, 5, 1, 2, 6]);
});

test("a water's colour fades from the class before; one no longer told loses its state", () => {
  const frames = [];
  Object.assign(globalThis, { requestAnimationFrame: (step) => frames.push(step) });
  const map = fakeMap();
  const waters = new Waters(map);
  waters.reset({ reach: { 1: { cls: 2, state: "graded" }, 2: { cls: 3, state: "graded" } }, lake: {} });
  mock.timers.enable({ apis: ["Date"] });
  waters.change({ reach: { 1: { cls: 5, state: "graded" } }, lake: {} });
  assert.deepEqual(map.states.get("reaches|1"), { cls: 5, before: 2, share: 0, state: "graded" });
  assert.equal(frames.length, 1);
  waters.reset({ reach: { 1: { cls: 5, state: "graded" } }, lake: {} });
  assert.equal(map.states.has("reaches|2"), false);
  assert.deepEqual(waters.find("reach", "1"), { cls: 5, state: "graded" });
  assert.deepEqual(waters.find("river", 1), { cls: 0, state: "none" });
  mock.timers.reset();
  delete globalThis.requestAnimationFrame;
});

test("panels take their part of a wide map; a phone's sheet takes its own from below", () => {
  const folded = new Set();
  const page = { classList: { contains: (name) => folded.has(name) } };
  const shown = { page, sheet: { open: true, covered: 300 }, list: { open: false } };
  assert.deepEqual(padding(shown), { left: 272, right: 424, top: 104, bottom: 52 });
  folded.add("mp-folded");
  assert.deepEqual(padding({ ...shown, sheet: { open: false, covered: 0 }, list: { open: true } }), { left: 452, right: 12, top: 104, bottom: 52 });
  globalThis.matchMedia = () => ({ matches: true });
  assert.deepEqual(padding(shown), { left: 0, right: 0, top: 108, bottom: 344 });
});

test("a place under a panel is covered, one beside it is not", () => {
  const at = (x, y) => ({ map: { project: () => ({ x, y }) }, box: { clientHeight: 900 } });
  const pad = { left: 272, right: 424, top: 104, bottom: 52 };
  const free = (x, y) => !covers(at(x, y), problem(1), pad);
  assert.deepEqual([free(300, 200), free(271, 200), free(1017, 200), free(300, 103), free(300, 849)], [true, false, false, false, false]);
});

test("the grid is a quarter of a degree wide, and none where it would be endless", () => {
  const [lines] = graticule([112.2, 32.3, 112.6, 32.9]).features;
  assert.ok(lines.geometry.coordinates.every(([[west, south], [east, north]]) => west === east || south === north));
  assert.deepEqual([...new Set(lines.geometry.coordinates.flat(2).map((each) => (each * 4) % 1))], [0]);
  assert.deepEqual(graticule([73, 18, 135, 53]).features, []);
});

test("the scale's bar has a round length and is at most 110 pixels wide", () => {
  for (const zoom of [4, 8.5, 12, 17]) {
    const { width, text } = Scene.prototype.scale.call({ map: { getCenter: () => ({ lat: 32.68 }), getZoom: () => zoom } });
    assert.ok(width <= 110 && width > 40, `${width} at ${zoom}`);
    assert.match(text, /^[125]0* k?m$/);
  }
});

test("a colour over another at a share is one that can't be seen through", () => {
  assert.equal(mixed("#ffffff", "#000000", 0.4), "rgb(102,102,102)");
  assert.equal(mixed("#0a0b0c", "#fefefe", 1), "rgb(10,11,12)");
});
