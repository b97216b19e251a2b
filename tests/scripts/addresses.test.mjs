/* Scripts that pages bring as they are: filters in the address, places asked about, the list's order. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, mock, test } from "node:test";
import vm from "node:vm";
import { FakeElement } from "./page.mjs";

/* A window in which that script has run; `shown` is what it put into the address bar. */
function run(script, pathname, search = "") {
  const shown = [];
  const set = {};
  const dash = { no_update: "nothing", set_props: (id, props) => (set[id] = { ...set[id], ...props }), callback_context: {} };
  const nothing = { addEventListener() {}, matches: false };
  const page = {
    addEventListener() {}, documentElement: new FakeElement("html"), getElementById: () => null, querySelectorAll: () => [], querySelector: () => null,
  };
  const window = {
    dash_clientside: dash, document: page, location: { pathname, search }, matchMedia: () => nothing, URLSearchParams, setTimeout, clearTimeout, Promise,
    history: { state: null, replaceState: (_state, _title, address) => shown.push(address) }, addEventListener() {}, performance: { getEntriesByType: () => [] }, EventSource: class { addEventListener() {} },
    MutationObserver: class { observe() {} },
  };
  vm.runInNewContext(readFileSync(`dashboard/assets/${script}`, "utf8"), Object.assign(window, { window }));
  return { dash: window.dash_clientside, shown, set };
}

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => mock.timers.reset());

test("the stations' filters stand in the address, those that choose nothing don't", () => {
  const { dash, shown } = run("stations/stations.js", "/stations");
  dash.onemap_stations.remember("清河", "section");
  dash.onemap_stations.remember("", "none");
  assert.deepEqual(shown, ["/stations?q=%E6%B8%85%E6%B2%B3&kind=section", "/stations"]);
});

test("a place is asked about once typing rests, and nothing can be saved meanwhile", async () => {
  const { dash, set } = run("stations/stations.js", "/stations");
  const chosen = { id: 4 };
  dash.onemap_stations.ask("EPSG:4490", "1", "2", chosen);
  const first = dash.onemap_stations.ask("EPSG:4490", "11", "2", chosen);
  const second = dash.onemap_stations.ask("EPSG:4490", "112", "32", chosen);
  assert.equal(set["stations-save"].disabled, true);
  assert.equal(await first, "nothing");
  mock.timers.tick(350);
  assert.deepEqual({ ...(await second) }, { crs: "EPSG:4490", lon: "112", lat: "32", id: 4 });
});

test("the waters' list keeps its filters but not its own beginning", () => {
  const { dash, shown } = run("waters/dossier.js", "/rivers");
  dash.dossier.address("清", "", "", "worst", 1);
  dash.dossier.address("", "", "", "worst", 1);
  dash.dossier.address("", "lake", "", "name", 3);
  assert.deepEqual(shown, ["/rivers?q=%E6%B8%85", "/rivers", "/rivers?kind=lake&sort=name&page=3"]);
});

/* What Dash would tell the ledger's list of its inputs. */
function asked(dash, values) {
  const of = (id, value) => ({ id, value });
  const words = { labels: { river: "River", status: "Status" }, values: { river: { 7: "Qinghe", 8: "Baihe" }, status: {} }, one: "{filter}: {values}", many: "{first} and others ({n})" };
  dash.callback_context = {
    inputs_list: [of("ledger-words", words), ...Object.entries(values).map(([id, value]) => of(id, value))],
    states_list: [of("ledger-asked", values["ledger-asked"] ?? "")],
  };
  return dash.onemap_ledger.compose();
}

test("the ledger's filters become one query, whatever the order in which they are told", () => {
  const { dash, set, shown } = run("ledger/ledger.js", "/ledger");
  const query = asked(dash, { "ledger-pick-status": ["accepted"], "ledger-kept": { reach: ["3"] }, "ledger-search": " 清 ", "ledger-pick-river": ["7", "8"], "ledger-view-now": "mine" });
  assert.equal(query, "view=mine&q=%E6%B8%85&river=7&river=8&status=accepted&reach=3");
  assert.equal(shown.at(-1), `/ledger?${query}`);
  assert.equal(set["ledger-label-river"].children, "River: Qinghe and others (2)");
  assert.equal(set["ledger-pill-river"].className, "om-pill on");
  assert.equal(set["ledger-pill-unit"].className, "om-pill");
  assert.equal(set["ledger-export"].href, `/api/v1/problems.xlsx?${query}`);
});

test("the same question isn't asked again, and the open view is the address without one", () => {
  const { dash, shown } = run("ledger/ledger.js", "/ledger");
  assert.equal(asked(dash, { "ledger-view-now": "open", "ledger-pick-river": ["7"], "ledger-asked": "river=7" }), "nothing");
  asked(dash, { "ledger-view-now": "open" });
  assert.equal(shown.at(-1), "/ledger");
});

test("the list's order stands in the address, and the order by deadline is its own", () => {
  const { dash, shown } = run("ledger/ledger.js", "/ledger");
  asked(dash, { "ledger-view-now": "open" });
  dash.onemap_ledger.sorted({ sortModel: [{ colId: "number", sort: "desc" }] });
  dash.onemap_ledger.sorted({ sortModel: [{ colId: "due", sort: "asc" }] });
  dash.onemap_ledger.sorted({ sortModel: [{ colId: "due", sort: "desc" }] });
  dash.onemap_ledger.sorted({ sortModel: [] });
  assert.deepEqual(shown.slice(-4), ["/ledger?sort=-number", "/ledger", "/ledger?sort=-due", "/ledger"]);
});
