/* The device's place in a form: the last press counts, what was chosen since wins. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { Device } from "../../dashboard/assets/ledger/device.mjs";
import { browser, settled } from "./page.mjs";

let asked, restore;
beforeEach(() => {
  asked = [];
  const geolocation = { getCurrentPosition: (found, refused) => asked.push({ found, refused }) };
  restore = browser({ navigator: { geolocation } });
});
afterEach(() => restore());

/** A form's device, where it says how it stands, and the longitudes it found; `answers` lets one of its questions be answered. */
function deviceOf() {
  const line = Object.assign(document.createElement("p"), { isConnected: true });
  const found = [];
  const device = new Device(line, { locating: "asking", no_place: "none" }, ({ longitude }) => found.push(longitude));
  const answers = (nth, longitude) => {
    if (longitude) asked[nth].found({ coords: { longitude } });
    else asked[nth].refused(new Error("denied"));
    return settled();
  };
  return { device, line, found, answers };
}

test("the device's place is the answer to the last press, and none once a place was chosen since", async () => {
  const { device, line, found, answers } = deviceOf();
  device.ask();
  device.ask();
  assert.equal(line.textContent, "asking");
  await answers(1, 112);
  await answers(0, 113);
  assert.deepEqual([found, line.textContent], [[112], ""]);
  device.ask();
  device.drop();
  assert.equal(line.textContent, "");
  await answers(2, 114);
  device.ask();
  device.drop();
  await answers(3, null);
  assert.deepEqual([found, line.textContent], [[112], ""]);
});

test("a device that gives no place says so, until a place is chosen; to a form that was left it says nothing", async () => {
  const { device, line, found, answers } = deviceOf();
  device.ask();
  await answers(0, null);
  assert.equal(line.textContent, "none");
  device.drop();
  assert.equal(line.textContent, "");
  device.ask();
  line.isConnected = false;
  await answers(1, 112);
  assert.deepEqual(found, []);
});
