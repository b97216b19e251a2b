/* Which of Dash's outputs the server didn't answer for, and whether an answer is on its way. */

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { browser, settled } from "./page.mjs";

const UPDATE = "/_dash-update-component";

/** What the page is told by "onemap:unread", and the questions that wait for their answer. */
let told, waiting, restore;
const place = { pathname: "/ledger", origin: "http://here" };
let now = 0;

before(async () => {
  const documentElement = { classList: { add() {}, remove() {} } };
  restore = browser({ location: place, performance: { now: () => now } });
  document.documentElement = documentElement;
  window.fetch = () => new Promise((done, failed) => waiting.push({ done, failed }));
  await import("../../dashboard/assets/frame/fetching.js");
  window.addEventListener("onemap:unread", ({ detail }) => told.push(detail));
});
after(() => restore());
beforeEach(() => {
  told = [];
  waiting = [];
});

const ask = (output) => window.fetch(UPDATE, { body: JSON.stringify({ output }) }).catch(() => null);
const turn = (path) => {
  place.pathname = path;
  window.dispatchEvent(new Event("popstate"));
};

test("what is not answered is told, and that it was answered since", async () => {
  ask("rows");
  ask("counts");
  waiting[0].done(new Response("", { status: 502 }));
  await settled();
  waiting[1].failed(new TypeError("no network"));
  await settled();
  assert.deepEqual(told, [["rows"], ["rows", "counts"]]);
  ask("rows");
  ask("counts");
  waiting[2].done(new Response("", { status: 200 }));
  await settled();
  waiting[3].done(new Response("", { status: 200 }));
  await settled();
  assert.deepEqual(told.slice(2), [["counts"], []]);
});

test("what a page asked that was left meanwhile is nothing to the one that is there", async () => {
  ask("rows");
  turn("/patrols");
  waiting[0].failed(new TypeError("no network"));
  await settled();
  assert.deepEqual(told, []);
  turn("/ledger");
});

test("an answer is on its way until it came, failed or hangs for half a minute", async () => {
  assert.equal(window.onemapFetching(), false);
  ask("rows");
  assert.equal(window.onemapFetching(), true);
  waiting[0].done(new Response("", { status: 200 }));
  await settled();
  assert.equal(window.onemapFetching(), false);
  ask("rows");
  now += 29000;
  assert.equal(window.onemapFetching(), true);
  now += 2000;
  assert.equal(window.onemapFetching(), false);
  waiting[1].done(new Response("", { status: 200 }));
  await settled();
});
