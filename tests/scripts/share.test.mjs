/* Links that are shared: what is written into an address is read from it again. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { copyLink, readView, unreadParts, writeView } from "../../dashboard/assets/map/share.mjs";
import { browser, FakeElement } from "./page.mjs";

let restore;
beforeEach(() => {
  const location = { pathname: "/", search: "?lang=en", hash: "", href: "http://here/#map=1/2/3" };
  restore = browser({ location, history: { state: null, replaceState: (_state, _title, address) => (location.hash = address.slice(address.indexOf("#"))) } });
});
afterEach(() => restore());

const at = (hash) => {
  location.hash = hash;
  return readView();
};
const map = { getCenter: () => ({ lat: 32.6812345678, lng: 112.0987654321 }), getZoom: () => 8.4567 };

test("a view comes back as it was shared, to five decimals of a degree", () => {
  const view = { off: ["boards", "names"], basis: "month", filter: "below", selection: { kind: "notice_board", id: 12 } };
  writeView({ map, ...view });
  assert.deepEqual(readView(), { ...view, camera: { zoom: 8.46, center: [112.09877, 32.68123] } });
});

test("nothing switched off is told apart from an address that doesn't speak of layers", () => {
  writeView({ map, off: [], basis: "now", filter: null, selection: null });
  assert.deepEqual(readView().off, []);
  assert.equal(at("").off, null);
});

test("an address without a hash gives the map's own beginning", () => {
  assert.deepEqual(at(""), { camera: null, off: null, basis: "now", filter: null, selection: null });
});

for (const hash of ["#map=8/x/112", "#map=8/32", "#map=", "#sel=river", "#sel=river:1;drop", "#sel=<b>:1", "#basis=year", "#map=8/91/112", "#map=8/32/181", "#map=-1/32/112", "#map=8//112"]) {
  test(`a part that is none is left out: ${hash}`, () => {
    assert.deepEqual(at(hash), { camera: null, off: null, basis: "now", filter: null, selection: null });
  });
}

const unread = (hash) => {
  location.hash = hash;
  return unreadParts({ off: ["boards"], filter: ["below"] });
};

test("what an address holds and nobody can read is named, not passed over", () => {
  for (const hash of ["", "#map=8/32/112&off=boards&basis=month&filter=below&sel=section:1", "#off=&other=1"]) assert.deepEqual(unread(hash), []);
  assert.deepEqual(unread("#map=8/x/112&sel=river&filter=all&off=roads&basis=year"), ["map=8/x/112", "sel=river", "filter=all", "off=roads", "basis=year"]);
});

test("a link is copied by hand where the clipboard is refused", async () => {
  const copied = [];
  Object.assign(document, { execCommand: (name) => copied.push([name, document.body.children.at(-1).value]), body: new FakeElement("body") });
  Object.defineProperty(globalThis, "navigator", { value: { clipboard: { writeText: () => Promise.reject(new Error("refused")) } }, configurable: true });
  await copyLink();
  assert.deepEqual(copied, [["copy", "http://here/#map=1/2/3"]]);
  assert.equal(document.body.children.length, 0);
});
