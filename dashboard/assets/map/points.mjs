/* Stations and boards as the map's point sources: kept by id, filtered here, updated one by one. */

import { sourceOf } from "./library.mjs";
import { NUMERALS } from "./palette.mjs";
import { ago, nameOf } from "./words.mjs";

/** What each of the strip's filters lets through; boards and intakes fall away under any. @type {Record<string, (p: Properties) => boolean>} */
export const FILTERS = {
  meets: (p) => p.kind === "section" && p.meets === true,
  below: (p) => p.kind === "section" && p.meets === false,
  unsure: (p) => p.kind === "section" && (p.state === "partial" || p.state === "stale"),
  exceeding: (p) => p.kind === "outfall" && p.comp === "exceeding",
  offline: (p) => p.off === true,
};

/** @type {Record<string, string>} */
const SOURCE_OF = { section: "sections", outfall: "outfalls", intake: "intakes", notice_board: "boards" };

/* The text in a section's disc: its numeral, n/5 where incomplete, the last class where stale. */
/** @param {Properties} p */
function icon(p) {
  const ring = p.meets === false ? "r" : "";
  let text = "";
  if (p.state === "partial") text = `${p.have ?? 0}/${p.need ?? 0}`;
  if (p.state === "stale" && p.last) text = NUMERALS[p.last];
  return ["section", p.cls, p.state, ring, text].join("|");
}

/** The feature with what the map draws of it. @param {PointFeature} feature @returns {PointFeature} */
export function dressed(feature) {
  const p = { ...feature.properties };
  const short = nameOf(p).replace(/断面$|水质自动站$| section$/i, "");
  p.label = p.state === "stale" && p.at ? `${short} · ${ago(p.at)}` : short;
  if (p.kind === "section") {
    p.cls = p.cls ?? 0;
    p.icon = icon(p);
  }
  return { ...feature, properties: p };
}

export class Points {
  /** @param {WaterMap} map */
  constructor(map) {
    this.map = map;
    /** @type {Map<number, PointFeature>} */
    this.stations = new Map();
    /** @type {Map<number, PointFeature>} */
    this.boards = new Map();
    /** @type {string | null} */
    this.filter = null;
  }

  /** All points anew, as the state route tells them. @param {PointFeature[]} stations @param {PointFeature[]} boards */
  reset(stations, boards) {
    this.stations = new Map(stations.map((feature) => [feature.id, dressed(feature)]));
    this.boards = new Map(boards.map((feature) => [feature.id, dressed(feature)]));
    this.draw();
  }

  /** Only stations of which the filter holds are drawn; null draws all. @param {string | null} filter */
  narrow(filter) {
    this.filter = filter;
    this.draw();
  }

  /** @param {PointFeature} feature */
  passes(feature) {
    return !this.filter || FILTERS[this.filter](feature.properties);
  }

  /** The features of a kind that are drawn now, by code. @param {string} kind */
  shown(kind) {
    const all = kind === "notice_board" ? this.boards : this.stations;
    return [...all.values()].filter((each) => each.properties.kind === kind && this.passes(each));
  }

  draw() {
    for (const [kind, source] of Object.entries(SOURCE_OF)) {
      sourceOf(this.map, source).setData({ type: "FeatureCollection", features: this.shown(kind) });
    }
  }

  /** Changed stations take their new look; the answer names those whose look really changed. @param {PointFeature[]} features */
  change(features) {
    const changed = [];
    /** @type {Record<string, {add: PointFeature[], remove: number[]}>} */
    const diffs = {};
    for (const feature of features) {
      const now = dressed(feature);
      const before = this.stations.get(now.id);
      this.stations.set(now.id, now);
      const source = SOURCE_OF[now.properties.kind];
      const diff = (diffs[source] ??= { add: [], remove: [] });
      if (this.passes(now)) diff.add.push(now);
      else if (before) diff.remove.push(now.id);
      const look = (/** @type {PointFeature | undefined} */ each) => each && [each.properties.icon, each.properties.comp].join();
      if (look(before) !== look(now)) changed.push(now);
    }
    for (const [source, diff] of Object.entries(diffs)) sourceOf(this.map, source).updateData(diff);
    return changed;
  }

  /** @param {string} kind @param {number | string} id */
  find(kind, id) {
    return (kind === "notice_board" ? this.boards : this.stations).get(Number(id));
  }
}
