/* What the map holds and lists: points, pins, their order, the grid, the free part beside panels. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { createExpression, featureFilter } from "@maplibre/maplibre-gl-style-spec";
import { FILTERS, Filters, filtersOf } from "../../dashboard/assets/map/filters.mjs";
import { ageLabel, sectionIcon, shortened } from "../../dashboard/assets/map/labels.mjs";
import { boundsOf, covers, padding } from "../../dashboard/assets/map/layout.mjs";
import { changedLooks, dressed } from "../../dashboard/assets/map/looks.mjs";
import { mixed } from "../../dashboard/assets/map/palette.mjs";
import { timeWords } from "../../dashboard/assets/map/pins.mjs";
import { graticule, Scene } from "../../dashboard/assets/map/scene.mjs";
import { closer, reachOf } from "../../dashboard/assets/map/selection.mjs";
import { Tiles, tilesIn } from "../../dashboard/assets/map/tiles.mjs";
import { readWords } from "../../dashboard/assets/map/words.mjs";
import { browser } from "./page.mjs";

const WORDS = { over_by: "over by {n}", over_short: "+{n}", over_today: "over today", left: "{n} left", due_today: "due today", hours_ago: "{n} h ago", days_ago: "{n} d ago" };
const station = (id, properties) => ({ type: "Feature", id, geometry: { type: "Point", coordinates: [112, 32] }, properties: { kind: "section", name: `断面${id}`, state: "graded", ...properties } });
const problem = (id, properties) => ({ type: "Feature", id, geometry: { type: "Point", coordinates: [112, 32] }, properties: { kind: "problem", light: "green", category: "waste", status: "accepted", ...properties } });
const KEY = "layers[0].layout.text-field";
const evaluated = (expression, properties) => String(createExpression(expression, KEY).value.evaluate({ zoom: 10 }, { type: 1, properties }));

let restore;
beforeEach(() => {
  restore = browser({ location: { origin: "http://here" } });
  readWords({ dataset: { words: JSON.stringify(WORDS), language: "zh" } });
});
afterEach(() => restore());

/* What a layer's filter lets through of these rows of tiles. */
function through(name, layer, rows) {
  const { filter } = featureFilter(filtersOf(name)[layer], "layers[0].filter");
  return rows.filter((row) => filter({ zoom: 9 }, { type: 1, properties: row.properties })).map(({ id }) => id);
}

test("each filter lets through what its count on the strip counts, and no board", () => {
  const sections = [
    station(1, { meets: true }), station(2, { meets: false }), station(3, { state: "partial" }), station(4, { state: "stale", off: true }), station(7, { state: "none" }),
  ];
  const outfalls = [station(5, { kind: "outfall", comp: "exceeding" }), station(6, { kind: "outfall", comp: "compliant", off: true })];
  const intakes = [station(8, { kind: "intake" }), station(9, { kind: "intake", off: true })];
  const boards = [station(10, { kind: "notice_board" })];
  const shown = (name) => [...through(name, "sections", sections), ...through(name, "outfalls", outfalls), ...through(name, "intakes", intakes), ...through(name, "boards", boards)];
  assert.deepEqual(Object.fromEntries(Object.keys(FILTERS).map((name) => [name, shown(name)])), { meets: [1], below: [2], unsure: [3, 4], exceeding: [5], offline: [4, 6, 9] });
  assert.deepEqual(shown(null), [1, 2, 3, 4, 7, 5, 6, 8, 9, 10]);
  assert.deepEqual(through("below", "section-names", sections), [2], "a name goes with its disc");
});

test("from afar those clusters are left that hold what the filter lets through, with their count", () => {
  const rows = [station(1, { n: 5, n_meets: 3, n_below: 2, n_unsure: 0, n_off: 0 }), station(2, { n: 4, n_meets: 4, n_below: 0, n_unsure: 0, n_off: 1 }), station(3, { meets: false })];
  assert.deepEqual(["meets", "below", "unsure", "exceeding", "offline", null].map((name) => through(name, "clusters", rows)), [[1, 2], [1], [], [], [2], [1, 2]]);
  const set = {};
  const filters = new Filters({ setFilter: () => {}, setLayoutProperty: (layer, property, value) => (set[property] = value) });
  filters.narrow("below");
  assert.equal(evaluated(set["text-field"], { ...rows[0].properties, cls: 5 }), "2");
  filters.narrow(null);
  assert.equal(evaluated(set["text-field"], { ...rows[0].properties, cls: 5 }), "2\nⅤ", "how many miss their target");
});

test("a section's disc shows what is there of what is needed, or the last class of a silent one", () => {
  const icon = (properties) => evaluated(sectionIcon(), station(1, properties).properties);
  assert.equal(icon({ cls: 5, meets: false }), "section|5|graded|r|");
  assert.equal(icon({ state: "partial", have: 3, need: 5, cls: 0 }), "section|0|partial||3/5");
  assert.equal(icon({ state: "partial", cls: 0 }), "section|0|partial||", "a month's mean says nothing of it");
  assert.equal(icon({ state: "stale", last: 4, cls: 0 }), "section|0|stale||Ⅳ");
});

test("a label leaves out what every section is called, and a stale one's tells its age", () => {
  const now = Date.now() / 1000;
  const label = (properties) => evaluated(ageLabel(now), station(1, properties).properties);
  assert.deepEqual(["下游断面", "城关水质自动站", "Down section", "断面下"].map(shortened), ["下游", "城关", "Down", "断面下"]);
  assert.deepEqual(["下游断面", "城关水质自动站", "断面下"].map((name) => label({ name })), ["下游", "城关", "断面下"]);
  for (const hours of [0.2, 3, 47, 49, 200]) {
    const at = Math.round(now - hours * 3600);
    const scripts = dressed(station(1, { name: "下游断面", state: "stale", at })).properties.label;
    assert.equal(label({ name: "下游断面", state: "stale", at }), scripts, `${hours} h`);
  }
  assert.equal(label({ name: "下游断面", state: "stale", at: Math.round(now - 3 * 3600) }), "下游 · 3 h ago");
});

test("a point rings only where it is drawn and is about to look another way", () => {
  const drawn = [station(1, { cls: 2, last: 2 }), station(2, { cls: 3 }), problem(9)];
  const map = { getBounds: () => ({ contains: ([lon]) => lon < 113 }), getLayer: (id) => id !== "none", queryRenderedFeatures: () => drawn };
  const changed = (...features) => changedLooks(map, features, ["sections"]).map(({ id }) => id);
  assert.deepEqual(changed(station(1, { cls: 2, last: 1, n: 9 })), []);
  assert.deepEqual(changed(station(2, { cls: 5 }), station(3, { cls: 4 })), [2]);
  const away = { ...station(2, { cls: 5 }), geometry: { type: "Point", coordinates: [114, 32] } };
  assert.deepEqual(changed(away), []);
  assert.deepEqual(changedLooks(map, [problem(9), problem(10)], ["problems"], true).map(({ id }) => id), [10], "a new problem rings");
  assert.deepEqual(changedLooks(map, [station(2, { cls: 5 })], ["none"]), []);
});

test("the tiles of a box are those within the view, with the neighbours that draw its edge", () => {
  const view = [111, 31, 113, 33];
  assert.deepEqual(tilesIn([[112.0, 32.3, 112.0, 32.3]], view, 8.9), [{ z: 8, x: 207, y: 103 }]);
  assert.equal(tilesIn([[112.49, 32.3, 112.5, 32.3]], view, 8).length, 2, "an edge lies in two tiles");
  assert.deepEqual(tilesIn([[100, 20, 101, 21]], view, 8), []);
  assert.equal(tilesIn([[112.0, 32.3, 112.0, 32.3]], view, 16.5)[0].z, 14, "the last tiles are enlarged");
  assert.equal(tilesIn([[-180, -80, 180, 80]], [-180, -80, 180, 80], 12), null);
});

test("changes are drawn at once, then once a second together, and all after a change everywhere", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  let now = 0;
  mock.method(performance, "now", () => now);
  const asked = [];
  const heard = {};
  const map = {
    on: (name, then) => (heard[name] = then),
    getBounds: () => ({ toArray: () => [[111, 31], [113, 33]] }), getZoom: () => 8, isSourceLoaded: () => true,
    style: { tileManagers: { onemap: { _outOfViewCache: { reset: () => asked.push("forgotten") } } } },
    refreshTiles: (source, tiles) => asked.push(tiles?.length ?? "all"),
  };
  const tiles = new Tiles({ map, options: {} });
  tiles.refresh([]);
  assert.deepEqual(asked, []);
  tiles.refresh([[112, 32.3, 112, 32.3]]);
  tiles.refresh([[112, 32.3, 112, 32.3]]);
  tiles.refresh([[111, 32.3, 111, 32.3]]);
  assert.deepEqual(asked, ["forgotten", 1]);
  now = 1000;
  mock.timers.tick(1000);
  assert.deepEqual(asked, ["forgotten", 1, "forgotten", 2]);
  now = 5000;
  tiles.refresh();
  assert.deepEqual(asked.slice(4), ["forgotten", "all"]);
  now = 7000;
  tiles.refresh([[100, 20, 101, 21]]);
  tiles.refresh([[112, 32.3, 112, 32.3]]);
  assert.deepEqual(asked.slice(6), ["forgotten", "forgotten", 1], "a change out of sight holds up none in sight");
  now = 20000;
  heard.error({ sourceId: "selected" });
  heard.error({ sourceId: "onemap" });
  heard.error({ sourceId: "onemap" });
  mock.timers.tick(2000);
  assert.deepEqual(asked.slice(9), ["forgotten", "all"], "a tile that failed is asked for again, once for all");
  mock.timers.reset();
  mock.restoreAll();
});

test("another basis has tiles of its own", () => {
  const addresses = [];
  const tiles = new Tiles({ map: { on: () => {}, getSource: () => ({ setTiles: (tiles) => addresses.push(...tiles) }) }, options: { ledger: true } });
  tiles.setBasis("now");
  tiles.setBasis("month");
  tiles.setBasis("now");
  assert.deepEqual(addresses, ["http://here/tiles/all/{z}/{x}/{y}.mvt?basis=month", "http://here/tiles/all/{z}/{x}/{y}.mvt"]);
});

test("a line is a reach by itself, or a run of several", () => {
  assert.equal(reachOf({ id: 7, properties: { river_id: 1, river: "清河" } }), 7);
  assert.equal(reachOf({ id: 912, properties: { river_id: 1, reach: 7 } }), 7);
  assert.equal(reachOf({ id: 912, properties: { river_id: 1, name: "清河" } }), null);
});

test("a cluster is looked at two zooms closer, or where it parts", () => {
  assert.deepEqual([closer("clusters", 4), closer("clusters", 7.5), closer("chips", 8), closer("chips", 10.9)], [6, 8.1, 10, 11.4]);
});

test("a deadline is told in days to go, as today's, or by how much it is over", () => {
  assert.equal(timeWords({}), "");
  assert.equal(timeWords({ light: "green", days: 4 }), "4 left");
  assert.equal(timeWords({ light: "amber", days: 0 }), "due today");
  assert.equal(timeWords({ light: "red", days: 0 }), "over today");
  assert.equal(timeWords({ light: "red", days: -2 }), "over by 2");
});

test("panels take their part of a wide map; a phone's sheet takes its own from below", () => {
  const folded = new Set();
  const page = { classList: { contains: (name) => folded.has(name) }, querySelector: () => legend };
  let legend = null;
  const shown = { page, sheet: { open: true, covered: 300 }, list: { open: false } };
  assert.deepEqual(padding(shown), { left: 272, right: 424, top: 104, bottom: 52 });
  legend = { clientHeight: 66 };
  assert.equal(padding(shown).bottom, 90, "what stands above the legend is free");
  legend = { clientHeight: 28 };
  folded.add("mp-folded");
  assert.deepEqual(padding({ ...shown, sheet: { open: false, covered: 0 }, list: { open: true } }), { left: 452, right: 12, top: 104, bottom: 52 });
  globalThis.matchMedia = () => ({ matches: true });
  assert.deepEqual(padding(shown), { left: 0, right: 0, top: 108, bottom: 344 });
});

test("a place under a panel is covered, one beside it is not", () => {
  const at = (x, y) => ({ map: { project: () => ({ x, y }) }, box: { clientHeight: 900 } });
  const pad = { left: 272, right: 424, top: 104, bottom: 52 };
  const free = (x, y) => !covers(at(x, y), [112, 32], pad);
  assert.deepEqual([free(300, 200), free(271, 200), free(1017, 200), free(300, 103), free(300, 849)], [true, false, false, false, false]);
});

test("a shape's box holds all of it", () => {
  assert.deepEqual(boundsOf({ type: "MultiLineString", coordinates: [[[112, 32], [112.4, 32.2]], [[111.9, 32.5], [112, 31.8]]] }), [111.9, 31.8, 112.4, 32.5]);
  assert.deepEqual(boundsOf({ type: "Point", coordinates: [112, 32] }), [112, 32, 112, 32]);
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
