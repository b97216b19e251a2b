/* The line to the server: what it tells, how it comes back, when it gives up. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { Live, stillSignedIn } from "../../dashboard/assets/map/live.mjs";
import { answer, browser, settled } from "./page.mjs";

let allowed, health, line, restore, sources, told;

class FakeSource extends EventTarget {
  constructor(address) {
    super();
    Object.assign(this, { address, closed: false });
    sources.push(this);
  }

  close() {
    this.closed = true;
  }

  tell(name, data) {
    this.dispatchEvent(Object.assign(new Event(name), { data: JSON.stringify(data) }));
  }
}

beforeEach(() => {
  [allowed, health, sources, told] = [true, true, [], []];
  restore = browser({ EventSource: FakeSource, fetch: async () => (health ? answer({}) : Promise.reject(new Error("gone"))) });
  mock.timers.enable({ apis: ["setTimeout"] });
  mock.method(Math, "random", () => 0.5);
  const note = (name) => (data, attempt) => told.push([name, data, attempt].filter((each) => each !== undefined));
  line = new Live({
    change: note("change"), ledger: note("ledger"), notice: note("notice"), resync: note("resync"), state: note("state"),
    since: () => "since=7", allowed: async () => allowed,
  });
  line.open();
});
afterEach(() => {
  line.close();
  mock.timers.reset();
  mock.restoreAll();
  restore();
});

const now = () => sources.at(-1);

/* Breaks the line; after that long it has asked and, where it may, come back. */
async function breaks(wait) {
  now().onerror();
  mock.timers.tick(wait);
  await settled();
}

test("changes, steps and notices are handed on as they come", () => {
  assert.equal(now().address, "/events?since=7");
  now().onopen();
  now().tell("change", { change_no: 8 });
  now().tell("ledger", { gone: [3] });
  now().tell("notice", null);
  now().tell("hello", null);
  assert.deepEqual(told, [["state", "live", 0], ["change", { change_no: 8 }], ["ledger", { gone: [3] }], ["notice"], ["notice"]]);
});

test("a broken line waits twice as long each time, so long that all are back in 5 s", async () => {
  for (const wait of [1000, 2000, 2500, 2500]) {
    const before = sources.length;
    now().onerror();
    mock.timers.tick(wait - 1);
    await settled();
    assert.equal(sources.length, before, `came back before ${wait} ms`);
    mock.timers.tick(1);
    await settled();
    assert.equal(sources.length, before + 1, `not back after ${wait} ms`);
  }
  assert.deepEqual(told.at(-1), ["state", "lost", 4]);
});

test("pages that lost the line at once don't come back at once", async () => {
  mock.method(Math, "random", () => 0.999);
  now().onerror();
  mock.timers.tick(1350);
  await settled();
  assert.equal(sources.length, 1);
  mock.timers.tick(50);
  await settled();
  assert.equal(sources.length, 2);
});

test("a line that has been away for long is asked for twice a minute", async () => {
  for (let attempt = 1; attempt <= 60; attempt += 1) await breaks(2500);
  now().onerror();
  mock.timers.tick(29999);
  await settled();
  const before = sources.length;
  mock.timers.tick(1);
  await settled();
  assert.equal(sources.length, before + 1);
});

test("a line that came back catches up by its number and asks for notices, but not for all", async () => {
  now().onopen();
  await breaks(1000);
  assert.equal(now().address, "/events?since=7");
  now().onopen();
  assert.deepEqual(told.slice(-2), [["state", "live", 0], ["notice"]]);
  assert.ok(!told.some(([name]) => name === "resync"));
  now().onerror();
  assert.deepEqual(told.at(-1), ["state", "lost", 1], "the count begins anew");
});

test("a server without news says so on a line that stands, and when it has news again", async () => {
  now().onopen();
  now().tell("lost", {});
  assert.deepEqual(told.at(-1), ["state", "lost", 0]);
  mock.timers.tick(10000);
  await settled();
  assert.equal(sources.length, 1, "the line was not opened anew");
  now().tell("live", {});
  assert.deepEqual(told.slice(-2), [["state", "live", 0], ["notice"]]);
});

test("a reader who is no longer signed in is told so and not asked for again", async () => {
  allowed = false;
  await breaks(1000);
  assert.deepEqual(told.at(-1), ["state", "signed_out", 1]);
  mock.timers.tick(120000);
  await settled();
  assert.equal(sources.length, 1);
});

test("the server's word that the session ended closes the line for good", async () => {
  let left = 0;
  addEventListener("onemap:signed-out", () => (left += 1));
  now().tell("signed_out", null);
  mock.timers.tick(120000);
  await settled();
  assert.deepEqual([now().closed, left, sources.length], [true, 1, 1]);
});

test("a silent line is doubted: kept while the server answers, broken when it doesn't", async () => {
  now().onopen();
  mock.timers.tick(50000);
  await settled();
  assert.equal(now().closed, false);
  health = false;
  mock.timers.tick(50000);
  await settled();
  assert.equal(now().closed, true);
  assert.deepEqual(told.at(-1), ["state", "lost", 1]);
});

test("a network that is back hurries a waiting line and leaves an open one alone", async () => {
  dispatchEvent(new Event("online"));
  assert.equal(sources.length, 1);
  now().onerror();
  dispatchEvent(new Event("online"));
  await settled();
  assert.equal(sources.length, 2);
});

test("a closed line stays closed", async () => {
  now().onerror();
  line.close();
  mock.timers.tick(120000);
  dispatchEvent(new Event("online"));
  await settled();
  assert.equal(sources.length, 1);
});

test("a line closed while it asked whether it may come back doesn't come back", async () => {
  now().onerror();
  mock.timers.tick(1000);
  line.close();
  await settled();
  assert.equal(sources.length, 1);
});

test("only a 401 means signed out; a server that is away says nothing about it", async () => {
  assert.equal(await stillSignedIn(), true);
  health = false;
  assert.equal(await stillSignedIn(), true);
  restore();
  restore = browser({ fetch: async () => answer({}, 401) });
  assert.equal(await stillSignedIn(), false);
});
