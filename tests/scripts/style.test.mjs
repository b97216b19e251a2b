/* The map's style: valid by MapLibre's own specification, in every form in which it is used. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { validateStyleMin } from "@maplibre/maplibre-gl-style-spec";
import { FILTERS, filtersOf } from "../../dashboard/assets/map/filters.mjs";
import { palette } from "../../dashboard/assets/map/palette.mjs";
import { groundStyle, style, SWITCHED } from "../../dashboard/assets/map/style.mjs";
import { draw } from "../../dashboard/assets/map/symbols.mjs";
import { readWords } from "../../dashboard/assets/map/words.mjs";
import { browser } from "./page.mjs";

const FORMS = { bare: {}, ledger: { ledger: true }, basemap: { basemap: "http://tiles/{z}/{x}/{y}.png", attribution: "©", ledger: true } };
let colours, restore;
beforeEach(() => {
  restore = browser({ location: { origin: "http://here" }, getComputedStyle: () => ({ getPropertyValue: () => " #123456" }) });
  document.documentElement = {};
  colours = palette();
});
afterEach(() => restore());

for (const [form, options] of Object.entries(FORMS)) {
  for (const language of ["zh", "en"]) {
    test(`the style is valid: ${form}, ${language}`, () => {
      readWords({ dataset: { words: "{}", language } });
      const made = style(colours, options);
      const wrong = validateStyleMin(made).map(({ message }) => message);
      assert.deepEqual(wrong, []);
      for (const layer of made.layers) if (layer.source) assert.ok(made.sources[layer.source], layer.id);
    });
  }
}

test("every switch of the panel names layers that the style has", () => {
  const have = new Set(style(colours, FORMS.basemap).layers.map(({ id }) => id));
  const lacking = Object.values(SWITCHED).flat().filter((id) => !have.has(id));
  assert.deepEqual(lacking, []);
});

test("the style without a ledger has nothing of problems and patrols", () => {
  const { layers, sources } = style(colours, {});
  assert.deepEqual(Object.keys(sources).sort(), ["grid", "names", "onemap", "selected"]);
  assert.deepEqual(sources.onemap.tiles, ["http://here/tiles/waters/{z}/{x}/{y}.mvt"]);
  assert.ok(!layers.some(({ id }) => SWITCHED.problems.includes(id) || SWITCHED.patrols.includes(id)));
});

test("a small map shows ground, waters and names, and nothing that stands there", () => {
  const made = groundStyle(colours);
  assert.deepEqual(validateStyleMin(made).map(({ message }) => message), []);
  const ground = ["divisions", "lakes", "land", "places", "reaches", "rivers", undefined];
  assert.deepEqual(made.layers.filter((layer) => !ground.includes(layer["source-layer"])), []);
});

test("the filters of the strip are valid for the layers they are set on", () => {
  const made = style(colours, { ledger: true });
  for (const name of [null, ...Object.keys(FILTERS)]) {
    const layers = made.layers.map((layer) => (layer.id in filtersOf(name) ? { ...layer, filter: filtersOf(name)[layer.id] } : layer));
    assert.deepEqual(validateStyleMin({ ...made, layers }).map(({ message }) => message), []);
  }
});

test("a class has a colour and one to write on it, six and none", () => {
  assert.deepEqual([colours.classes.length, colours.on.length], [7, 7]);
  assert.equal(colours.land, "#123456");
});

test("a name that is no symbol of ours draws nothing", () => {
  assert.equal(draw("pattern|1", colours), null);
  assert.equal(draw("", colours), null);
});
