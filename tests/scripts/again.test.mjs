/* What the server could not be asked is asked again until it was answered, and never beside an answer under way. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { Again } from "../../dashboard/assets/ledger/again.mjs";
import { browser } from "./page.mjs";

let again, asked, isFetching, network, restore;
beforeEach(() => {
  network = { onLine: true };
  isFetching = false;
  restore = browser({ navigator: network });
  window.onemapFetching = () => isFetching;
  mock.timers.enable({ apis: ["setTimeout"] });
  asked = 0;
  again = new Again(() => {
    asked += 1;
    again.later();
  });
});
afterEach(() => {
  again.rest();
  mock.timers.reset();
  restore();
});

test("it is asked again by itself, rarer each time", () => {
  again.later();
  for (const pause of [1000, 2000, 4000, 8000, 15000, 15000]) {
    const before = asked;
    mock.timers.tick(pause - 1);
    assert.equal(asked, before);
    mock.timers.tick(1);
    assert.equal(asked, before + 1);
  }
});

test("it is asked at once when the network or the window is back, and again if that was too early", () => {
  again.later();
  for (const kind of ["online", "focus"]) window.dispatchEvent(new Event(kind));
  assert.equal(asked, 2);
  mock.timers.tick(4000);
  assert.equal(asked, 3);
});

test("nothing is asked once it was answered, and the next pause is short", () => {
  again.later();
  mock.timers.tick(1000);
  again.rest();
  window.dispatchEvent(new Event("online"));
  mock.timers.tick(60000);
  assert.equal(asked, 1);
  again.later();
  mock.timers.tick(1000);
  assert.equal(asked, 2);
});

test("what is due already is not put off, nor counted twice", () => {
  again.later();
  mock.timers.tick(900);
  again.later();
  mock.timers.tick(100);
  assert.equal(asked, 1);
  mock.timers.tick(2000);
  assert.equal(asked, 2);
});

test("nothing is asked by itself without a network, nor beside an answer under way", () => {
  again.later();
  network.onLine = false;
  mock.timers.tick(60000);
  assert.equal(asked, 0);
  network.onLine = true;
  isFetching = true;
  mock.timers.tick(60000);
  window.dispatchEvent(new Event("focus"));
  assert.equal(asked, 0);
  isFetching = false;
  mock.timers.tick(200);
  assert.equal(asked, 1);
});
