/* The map's style: valid by MapLibre's own specification, in every form in which it is used. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { validateStyleMin } from "@maplibre/maplibre-gl-style-spec";
import { palette } from "../../dashboard/assets/map/palette.mjs";
import { named, style, SWITCHED } from "../../dashboard/assets/map/style.mjs";
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
  assert.deepEqual(Object.keys(sources).sort(), ["boards", "grid", "intakes", "onemap", "outfalls", "sections", "selected"]);
  assert.ok(!layers.some(({ id }) => SWITCHED.problems.includes(id) || SWITCHED.patrols.includes(id)));
});

test("the selected section's name is left to the layer of its own", () => {
  assert.deepEqual(named(7).at(-1), ["!=", ["id"], 7]);
});

test("a class has a colour and one to write on it, six and none", () => {
  assert.deepEqual([colours.classes.length, colours.on.length], [7, 7]);
  assert.equal(colours.land, "#123456");
});

test("a name that is no symbol of ours draws nothing", () => {
  assert.equal(draw("pattern|1", colours), null);
  assert.equal(draw("", colours), null);
});
