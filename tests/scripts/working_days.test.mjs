/* Working days as the map counts them: weekdays, days off, worked weekends, and the same by an expression of the style. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { createExpression } from "@maplibre/maplibre-gl-style-spec";
import { WorkingDays } from "../../dashboard/assets/map/working_days.mjs";

const at = (iso) => Date.parse(iso) / 1000;
const CALENDAR = { off: ["2026-10-01", "2026-10-02", "2026-10-05", "2026-10-06", "2026-10-07"], work: ["2026-09-20", "2026-10-10"] };

test("Monday to Friday count where no calendar says otherwise", () => {
  const days = new WorkingDays({}, at("2026-11-25T02:00:00Z"));
  assert.deepEqual(["2026-11-24", "2026-11-25", "2026-11-26", "2026-11-28", "2026-11-30", "2026-12-25"].map((day) => days.left(at(`${day}T10:00:00Z`))), [-1, 0, 1, 2, 3, 22]);
});

test("days off don't count, worked weekends do", () => {
  const days = new WorkingDays(CALENDAR, at("2026-09-30T02:00:00Z"));
  assert.deepEqual(["2026-10-07", "2026-10-08", "2026-10-09", "2026-10-10", "2026-10-11"].map((day) => days.left(at(`${day}T10:00:00Z`))), [0, 1, 2, 3, 3]);
});

test("the day is China's, not the machine's", () => {
  const days = new WorkingDays({}, at("2026-11-24T16:30:00Z"));
  assert.equal(days.left(at("2026-11-25T10:00:00Z")), 0);
});

test("the style's expression counts as the script does", () => {
  const days = new WorkingDays(CALENDAR, at("2026-11-25T02:00:00Z"));
  const { result, value: expression } = createExpression(days.overBy(["get", "due"]), "layers[0].layout.text-field");
  assert.equal(result, "success");
  for (let day = 0; day < 400; day += 1) {
    const due = at("2026-11-25T10:00:00Z") - day * 86400;
    assert.equal(expression.evaluate({ zoom: 10 }, { properties: { due } }), 0 - days.left(due), `${day} days ago`);
  }
});
