/* Words: holes, names, how long ago, what a station shows. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { ago, clock, nameOf, readWords, sampleWords, say, stateWords } from "../../dashboard/assets/map/words.mjs";

const NUMERALS = ["–", "Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ", "劣Ⅴ"];
const WORDS = {
  rate: "{n} of {m}", hours_ago: "{n} h", days_ago: "{n} d", partial: "incomplete {have}/{need}", stale: "stale", none: "no data",
  exceeding_by: "exceeding {n} times", exceeding_little: "exceeding a little", "compliance.exceeding": "exceeding", "compliance.stopped": "stopped", sample: "n = {n}",
  valid_share: "valid {share} %",
};

beforeEach(() => readWords({ dataset: { words: JSON.stringify(WORDS), language: "en" } }));
afterEach(() => mock.timers.reset());

test("named holes are filled, 0 included, and one without a value is left empty", () => {
  assert.equal(say("rate", { n: 0, m: 7 }), "0 of 7");
  assert.equal(say("rate", { m: 7 }), " of 7");
});

test("a key that has no words is shown itself, so that it is seen", () => {
  assert.equal(say("no_such_word"), "no_such_word");
});

test("an English reader sees the English name where there is one", () => {
  assert.equal(nameOf({ name: "清河", name_en: "Qinghe" }), "Qinghe");
  assert.equal(nameOf({ name: "清河", name_en: null }), "清河");
  readWords({ dataset: { words: "{}", language: "zh" } });
  assert.equal(nameOf({ name: "清河", name_en: "Qinghe" }), "清河");
});

test("what is 48 hours old is told in hours, what is older in days, what is new as one hour", () => {
  mock.timers.enable({ apis: ["Date"], now: Date.parse("2026-11-28T00:00:00Z") });
  assert.equal(ago("2026-11-27T23:59:00Z"), "1 h");
  assert.equal(ago("2026-11-26T00:00:00Z"), "48 h");
  assert.equal(ago("2026-11-25T22:00:00Z"), "2 d");
});

test("the time of day is China's wherever the browser is", () => {
  assert.equal(clock(new Date("2026-11-27T16:05:09Z")), "00:05:09");
});

test("a station shows its class, what its class lacks, or since when it is silent", () => {
  mock.timers.enable({ apis: ["Date"], now: Date.parse("2026-11-28T00:00:00Z") });
  assert.equal(stateWords({ state: "graded", cls: 6 }, NUMERALS), "劣Ⅴ");
  assert.equal(stateWords({ state: "partial", have: 3, need: 5 }, NUMERALS), "incomplete 3/5");
  assert.equal(stateWords({ state: "stale", at: "2026-11-27T21:00:00Z" }, NUMERALS), "stale · 3 h");
  assert.equal(stateWords({ state: "stale" }, NUMERALS), "stale");
  assert.equal(stateWords({ state: "none" }, NUMERALS), "no data");
});

test("an outfall shows by how much it exceeds, with one decimal, and no class", () => {
  assert.equal(stateWords({ comp: "exceeding", mult: 1.25, state: "graded", cls: 3 }, NUMERALS), "exceeding 1.2 times");
  assert.equal(stateWords({ comp: "exceeding" }, NUMERALS), "exceeding");
  assert.equal(stateWords({ comp: "stopped" }, NUMERALS), "stopped");
});

test("a mean tells its values and their share; what isn't whole is never told as 100 %", () => {
  assert.equal(sampleWords({}), null);
  assert.equal(sampleWords({ n: 12 }), "n = 12");
  assert.equal(sampleWords({ n: 12, valid: 0.999 }), "n = 12 · valid 99 %");
  assert.equal(sampleWords({ n: 12, valid: 1 }), "n = 12 · valid 100 %");
});

test("an exceedance is rounded as the server rounds it, and never to nothing", () => {
  const said = (mult) => stateWords({ comp: "exceeding", mult }, NUMERALS);
  assert.deepEqual([0.04, 0.05, 0.25, 0.35, 0.75, 0.97, 1.25].map(said), [
    "exceeding a little", ...["0.1", "0.2", "0.3", "0.8", "1.0", "1.2"].map((n) => `exceeding ${n} times`),
  ]);
});
