/* Open problems as the map's pins: kept by id, told one by one, found again by what is chosen. */

import { sourceOf } from "./library.mjs";
import { say } from "./words.mjs";

/** What is left of the deadline in words; nothing before there is one. @param {{light?: string, days?: number}} pin */
export function timeWords({ light, days }) {
  if (days === undefined) return "";
  if (light === "red") return days === 0 ? say("over_today") : say("over_by", { n: -days });
  return days <= 0 ? say("due_today") : say("left", { n: days });
}

/** The problem in words: what it is about. */
export const categoryWord = (/** @type {Properties} */ p) => say(`category.${p.category}`);
export const statusWord = (/** @type {Properties} */ p) => say(`status.${p.status}`);

/** The feature with what the map draws of it. @param {PointFeature} feature @returns {PointFeature} */
export function dressed(feature) {
  const p = { ...feature.properties };
  p.icon = `problem|${p.light}`;
  p.name = categoryWord(p);
  const late = p.light === "red" && p.days !== undefined && p.days < 0 ? -p.days : 0;
  p.label = late ? say("over_short", { n: late }) : "";
  return { ...feature, properties: p };
}

export class Pins {
  /** @param {WaterMap} map */
  constructor(map) {
    this.map = map;
    /** @type {Map<number, PointFeature>} */
    this.all = new Map();
    this.changeNo = 0;
    this.tracks = 0;
  }

  /** All pins anew. */
  async load() {
    const answer = await fetch("/api/v1/ledger/map");
    if (!answer.ok) throw new Error(String(answer.status));
    /** @type {{change_no: number, problems: PointFeature[]}} */
    const told = await answer.json();
    this.changeNo = told.change_no;
    this.all = new Map(told.problems.map((feature) => [feature.id, dressed(feature)]));
    this.draw();
  }

  /** Changed problems take their new look, closed ones go; the answer are those that changed. @param {LedgerChange} data */
  change({ change_no: changeNo, problems, gone, patrols }) {
    this.changeNo = Math.max(this.changeNo, changeNo);
    const changed = [];
    for (const feature of problems) {
      const now = dressed(feature);
      const before = this.all.get(now.id)?.properties;
      this.all.set(now.id, now);
      if (before?.icon !== now.properties.icon || before?.status !== now.properties.status) changed.push(now);
    }
    for (const id of gone) this.all.delete(id);
    if (problems.length || gone.length) this.draw();
    if (patrols) this.reloadTracks();
    return changed;
  }

  draw() {
    const late = (/** @type {PointFeature} */ feature) => feature.properties.light === "red";
    const set = (/** @type {string} */ source, /** @type {PointFeature[]} */ features) => sourceOf(this.map, source).setData({ type: "FeatureCollection", features });
    set("overdue", this.shown().filter(late));
    set("problems", this.shown().filter((feature) => !late(feature)));
  }

  /* A new track lies in tiles that were fetched before. */
  reloadTracks() {
    this.tracks += 1;
    const source = /** @type {import("maplibre-gl").VectorTileSource} */ (this.map.getSource("patrols"));
    source.setTiles([`${location.origin}/tiles/patrols/{z}/{x}/{y}.mvt?told=${this.tracks}`]);
  }

  /** The pins, the most urgent first. */
  shown() {
    return [...this.all.values()];
  }

  /** @param {number | string} id */
  find(id) {
    return this.all.get(Number(id));
  }
}
