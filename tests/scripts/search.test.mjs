/* The search box: Enter takes the first hit of what was typed last, whatever arrives when. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { Search } from "../../dashboard/assets/map/search.mjs";
import { answer, browser, FakeElement, settled } from "./page.mjs";

const WAIT_MS = 150;
const hit = (name) => ({ kind: "river", id: name.length, name, name_en: null, code: null, beside: null, bounds: null });
let asked, chosen, restore, search;

/* Every question stays open until the test answers it. */
beforeEach(() => {
  [asked, chosen] = [[], []];
  const fetch = (address) => new Promise((told, failed) => asked.push({ address, told, failed }));
  restore = browser({ fetch });
  mock.timers.enable({ apis: ["setTimeout"] });
  search = new Search(new FakeElement("div"), (thing) => chosen.push(thing.name));
});
afterEach(() => {
  mock.timers.reset();
  restore();
});

function type(text) {
  search.input.value = text;
  search.input.send("input");
}
const press = (key) => search.input.send("keydown", { key });
async function answered(nth, ...names) {
  asked[nth].told(answer(names.map(hit)));
  await settled();
}

test("typing asks once, after a pause, with the phrase encoded", async () => {
  type("清");
  mock.timers.tick(WAIT_MS - 1);
  type("清河&");
  mock.timers.tick(WAIT_MS - 1);
  assert.equal(asked.length, 0);
  mock.timers.tick(1);
  assert.deepEqual(asked.map(({ address }) => address), ["/api/v1/search?q=%E6%B8%85%E6%B2%B3%26"]);
});

test("Enter before the answer takes the first hit as soon as it is there", async () => {
  type("a");
  press("Enter");
  mock.timers.tick(WAIT_MS);
  assert.deepEqual(chosen, []);
  await answered(0, "first", "second");
  assert.deepEqual(chosen, ["first"]);
});

test("Enter after a change takes nothing of the answer before it", async () => {
  type("a");
  mock.timers.tick(WAIT_MS);
  await answered(0, "old");
  type("ab");
  press("Enter");
  assert.deepEqual(chosen, []);
  mock.timers.tick(WAIT_MS);
  await answered(1, "new");
  assert.deepEqual(chosen, ["new"]);
});

test("an answer that was overtaken by a newer one is left alone", async () => {
  type("a");
  mock.timers.tick(WAIT_MS);
  type("ab");
  mock.timers.tick(WAIT_MS);
  await answered(1, "newer");
  await answered(0, "older");
  press("Enter");
  assert.deepEqual(chosen, ["newer"]);
});

test("Enter pressed for one phrase doesn't count for the next one", async () => {
  type("a");
  press("Enter");
  mock.timers.tick(WAIT_MS);
  type("ab");
  mock.timers.tick(WAIT_MS);
  await answered(0, "old");
  await answered(1, "new");
  assert.deepEqual(chosen, []);
});

test("arrows go round the hits, and Enter takes the one they stand on", async () => {
  type("a");
  mock.timers.tick(WAIT_MS);
  await answered(0, "one", "two", "three");
  press("ArrowUp");
  assert.equal(search.input.getAttribute("aria-activedescendant"), "one-map-hit-2");
  press("ArrowDown");
  press("ArrowDown");
  press("Enter");
  assert.deepEqual(chosen, ["two"]);
  assert.equal(search.list.hidden, true);
});

test("a search that failed says so, and Enter then takes nothing", async () => {
  type("a");
  mock.timers.tick(WAIT_MS);
  asked[0].failed(new Error("gone"));
  await settled();
  assert.equal(search.list.textContent, "search_failed");
  press("Enter");
  assert.deepEqual(chosen, []);
});

test("Enter after a failed search asks once more", async () => {
  type("a");
  mock.timers.tick(WAIT_MS);
  asked[0].failed(new Error("gone"));
  await settled();
  press("Enter");
  press("Enter");
  assert.equal(asked.length, 2);
  await answered(1, "first");
  assert.deepEqual(chosen, ["first"]);
});

test("Enter that ends a word of an input method is not ours", async () => {
  type("qing");
  search.input.send("keydown", { key: "Enter", isComposing: true });
  mock.timers.tick(WAIT_MS);
  await answered(0, "first");
  assert.deepEqual(chosen, []);
});

test("Escape while typing asks nothing", () => {
  type("a");
  press("Escape");
  mock.timers.tick(WAIT_MS);
  assert.equal(asked.length, 0);
  assert.equal(search.list.hidden, true);
});

test("Escape takes back an Enter that still waits, and the answer opens no list", async () => {
  type("a");
  press("Enter");
  press("Escape");
  mock.timers.tick(WAIT_MS);
  await answered(0, "first");
  assert.deepEqual(chosen, []);
  assert.equal(search.list.hidden, true);
});

test("what was found before Escape is not taken for what stands in the box", async () => {
  type("a");
  mock.timers.tick(WAIT_MS);
  await answered(0, "old");
  type("ab");
  press("Escape");
  search.input.focus();
  assert.equal(search.list.hidden, true);
  press("Enter");
  assert.deepEqual(chosen, []);
  await answered(1, "new");
  assert.deepEqual(chosen, ["new"]);
});

test("an answer that comes after the box was left opens no list, and is asked for on the way back", async () => {
  search.input.focus();
  type("a");
  mock.timers.tick(WAIT_MS);
  search.input.blur();
  mock.timers.tick(WAIT_MS);
  await answered(0, "first");
  assert.equal(search.list.hidden, true);
  search.input.focus();
  await answered(1, "again");
  assert.equal(search.list.textContent.includes("again"), true);
  assert.equal(search.list.hidden, false);
});

test("a box that has the keyboard back keeps its list open", async () => {
  search.input.focus();
  type("a");
  mock.timers.tick(WAIT_MS);
  await answered(0, "first");
  search.input.blur();
  search.input.focus();
  mock.timers.tick(WAIT_MS);
  assert.equal(search.list.hidden, false);
});

test("an emptied box asks nothing and shows nothing", async () => {
  type("a");
  mock.timers.tick(WAIT_MS);
  await answered(0, "one");
  type("  ");
  mock.timers.tick(WAIT_MS);
  assert.equal(asked.length, 1);
  assert.equal(search.list.hidden, true);
});

test("a hit that was taken isn't followed by the list of a later answer", async () => {
  type("a");
  mock.timers.tick(WAIT_MS);
  await answered(0, "first");
  type("ab");
  mock.timers.tick(WAIT_MS);
  search.take(0);
  await answered(1, "second");
  assert.deepEqual(chosen, ["first"]);
  assert.equal(search.list.hidden, true);
});

test("an Enter that still waits is taken back by whoever goes elsewhere", async () => {
  search.input.focus();
  type("a");
  press("Enter");
  search.input.blur();
  mock.timers.tick(WAIT_MS);
  await answered(0, "first");
  assert.deepEqual(chosen, []);
});

test("arrows choose nothing of what was found for another phrase", async () => {
  type("a");
  mock.timers.tick(WAIT_MS);
  await answered(0, "one", "two");
  type("ab");
  press("ArrowDown");
  assert.equal(search.input.getAttribute("aria-activedescendant"), "one-map-hit-0");
});

test("a map that is left takes nothing of an answer that comes later", async () => {
  type("a");
  press("Enter");
  search.remove();
  mock.timers.tick(WAIT_MS);
  await answered(0, "first");
  assert.deepEqual(chosen, []);
  type("b");
  search.remove();
  mock.timers.tick(WAIT_MS);
  assert.equal(asked.length, 1);
});

test("Enter asks once more for a phrase whose answer was given up", async () => {
  type("a");
  mock.timers.tick(WAIT_MS);
  press("Escape");
  await answered(0, "late");
  press("Enter");
  assert.equal(asked.length, 2);
  await answered(1, "first");
  assert.deepEqual(chosen, ["first"]);
});

test("an Enter is over once its search failed or Escape was pressed, and no later answer is taken for it", async () => {
  type("a");
  press("Enter");
  asked[0].failed(new Error("gone"));
  await settled();
  search.input.focus();
  await answered(1, "first");
  assert.deepEqual(chosen, []);
  type("ab");
  press("Enter");
  press("Escape");
  search.input.focus();
  await answered(3, "second");
  assert.deepEqual(chosen, []);
});

test("what an earlier phrase found is forgotten once a search failed", async () => {
  type("a");
  mock.timers.tick(WAIT_MS);
  await answered(0, "old");
  type("ab");
  mock.timers.tick(WAIT_MS);
  asked[1].failed(new Error("gone"));
  await settled();
  type("a");
  press("Enter");
  await answered(2, "new");
  assert.deepEqual(chosen, ["new"]);
});
