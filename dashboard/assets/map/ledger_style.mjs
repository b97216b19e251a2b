/* Problems and patrols in the map's style: chips and pins below the discs, tracks under every symbol. */

import { PINS_FROM, TIPS } from "./chips.mjs";
import { numbered } from "./labels.mjs";
import { say } from "./words.mjs";
import { WorkingDays } from "./working_days.mjs";

const STACK = ["PingFang SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC"];
const BOLD = ["OneMap Bold", ...STACK];
const TODAY = () => Math.floor((Date.now() + 8 * 3600000) / 86400000);

/* Today's tracks are clear, those of the week paler, those of the month faint. */
const byAge = (/** @type {number} */ today, /** @type {number} */ week, /** @type {number} */ month) => ["step", ["-", TODAY(), ["get", "day"]], today, 1, week, 8, month];
const beside = ["interpolate", ["linear"], ["zoom"], 11, 8, 13, 0];
/* Further out the dots of a month would hide the water. */
const TRACKS_FROM = 11;

/** The tracks: dots beside the river, from afar; where they were walked, close by. @param {Palette} c */
export function tracks(c) {
  const line = { type: "line", source: "onemap", "source-layer": "patrols" };
  const dots = { "line-color": c.track, "line-offset": beside, "line-opacity": byAge(1, 0.6, 0.28) };
  return [
    {
      id: "patrols", ...line, minzoom: TRACKS_FROM, layout: { "line-cap": "round", "line-join": "round" },
      filter: ["==", ["get", "valid"], true],
      paint: { ...dots, "line-width": ["interpolate", ["linear"], ["zoom"], 11, 2.2, 12, 2.6], "line-dasharray": [0.1, 2.2] },
    },
    {
      id: "patrols-invalid", ...line, minzoom: TRACKS_FROM, filter: ["==", ["get", "valid"], false],
      paint: { ...dots, "line-color": c.text2, "line-width": 1.4, "line-dasharray": [3, 3] },
    },
    {
      id: "selected-patrol", type: "line", source: "selected", filter: ["==", ["get", "kind"], "patrol"], layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": c.accent, "line-width": 4, "line-opacity": 0.85, "line-offset": beside },
    },
    {
      id: "patrol-ends", type: "symbol", source: "onemap", "source-layer": "patrol_ends", minzoom: 12.5,
      layout: { "icon-image": ["concat", "track|", ["get", "which"]], "icon-allow-overlap": true, "icon-ignore-placement": true },
      paint: { "icon-opacity": byAge(1, 0.6, 0.28) },
    },
  ];
}

const LIGHT = ["get", "light"];
const LATE = ["==", LIGHT, "red"];
/* Of several lights the worst one is shown, and above. */
const RANK = ["match", LIGHT, "red", 3, "amber", 2, "green", 1, 0];

/**
 * Pins of the tiles, overdue or not.
 * @param {string} id
 * @param {unknown} which a filter
 * @param {unknown} label an expression
 * @param {Palette} c
 */
function standing(id, which, label, c) {
  return {
    id, type: "symbol", source: "onemap", "source-layer": "problems", minzoom: PINS_FROM, filter: which,
    layout: {
      "icon-image": ["concat", "problem|", LIGHT], "icon-anchor": "bottom", "icon-allow-overlap": true, "icon-padding": 0,
      "text-field": label, "text-font": BOLD, "text-size": 11, "text-anchor": "left", "text-offset": [1.05, -1.35],
      "text-optional": true, "symbol-sort-key": RANK,
    },
    paint: { "text-color": c.red, "text-halo-color": c.halo, "text-halo-width": 2 },
  };
}

/* From afar: the place, a leader, and beside the water a chip that says how many. */
function chips() {
  const of = { type: "symbol", source: "chips", maxzoom: PINS_FROM };
  const leaders = ["match", ["get", "slot"], ...TIPS.flatMap(([x, y], slot) => [slot, `leader|${x}|${y}`]), ""];
  return [
    { id: "leaders", ...of, layout: { "icon-image": leaders, "icon-allow-overlap": true, "icon-ignore-placement": true } },
    {
      id: "chips", ...of,
      layout: {
        "icon-image": ["concat", "chip|", ["get", "n_late"], "|", ["get", "n_soon"]], "icon-offset": ["get", "at"],
        "icon-allow-overlap": true, "icon-padding": 1,
      },
    },
  ];
}

/** By how many working days a problem is overdue. @param {WorkingDays} days */
export function overdueText(days) {
  const over = days.overBy(["get", "due"]);
  return ["case", ["all", ["has", "due"], [">", over, 0]], numbered((n) => say("over_short", { n }), ["to-string", over]), ""];
}

/** What presses from afar, and close by every open problem; they lie below the discs of sections. @param {Palette} c */
export function pins(c) {
  return [
    ...chips(),
    standing("problems", ["!", LATE], "", c),
    standing("overdue", LATE, overdueText(new WorkingDays()), c),
  ];
}

/** The pin that is selected. */
export const chosenPin = () => [{
  id: "selected-pin", type: "symbol", source: "selected", filter: ["==", ["get", "kind"], "problem"],
  layout: {
    "icon-image": ["concat", "problem|", LIGHT, "|s"], "icon-anchor": "bottom", "icon-allow-overlap": true, "icon-size": 1.2,
    "icon-ignore-placement": true,
  },
}];

export const LEDGER_SWITCHED = {
  problems: ["problems", "overdue", "chips", "leaders"],
  patrols: ["patrols", "patrols-invalid", "patrol-ends"],
};
