/* What is selected: by a click on the map, by the list, by the search, by the address. */

import { NUMERALS } from "./palette.mjs";
import { named } from "./style.mjs";
import { statusWord, timeWords } from "./pins.mjs";
import { sourceOf } from "./library.mjs";
import { element, nameOf, sampleWords, say, stateWords } from "./words.mjs";

const PRIORITY = ["overdue-clusters", "overdue", "problems-clusters", "problems", "clusters", "sections", "section-names", "outfalls", "intakes", "boards", "patrols", "patrols-invalid", "reaches", "reach-none", "canals", "lakes", "river-names"];
/** @type {Record<string, string>} */
const KIND = { reaches: "reach", "reach-none": "reach", canals: "reach", lakes: "lake", "river-names": "river", patrols: "patrol", "patrols-invalid": "patrol" };
/** @type {Record<string, string>} */
const CLUSTERS = { clusters: "sections", "problems-clusters": "problems", "overdue-clusters": "overdue" };
const POINTS = ["section", "outfall", "intake", "notice_board"];

/** @typedef {import("maplibre-gl").MapGeoJSONFeature} Seen */
/** @typedef {import("maplibre-gl").MapMouseEvent} MouseAt */

export class Selection {
  /**
   * @param {import("./scene.mjs").Scene} scene
   * @param {{points: import("./points.mjs").Points, waters: import("./waters.mjs").Waters, pins: import("./pins.mjs").Pins, reporting: import("./report.mjs").Reporting, choose: (thing: Thing | null) => void}} parts
   */
  constructor(scene, { points, waters, pins, reporting, choose }) {
    this.map = scene.map;
    this.points = points;
    this.waters = waters;
    this.pins = pins;
    this.reporting = reporting;
    this.choose = choose;
    /** @type {Thing | null} */
    this.now = null;
    this.map.on("click", (event) => this.click(event));
    this.map.on("mousemove", (event) => this.hover(event));
    this.map.on("mouseout", () => this.tip(undefined));
  }

  /** The feature under the pointer that matters most, within a few pixels. @param {{x: number, y: number}} point @param {number} reach */
  at(point, reach) {
    const layers = PRIORITY.filter((id) => this.map.getLayer(id));
    /** @type {[Lonlat, Lonlat]} */
    const box = [[point.x - reach, point.y - reach], [point.x + reach, point.y + reach]];
    const found = this.map.queryRenderedFeatures(box, { layers });
    return found.sort((a, b) => PRIORITY.indexOf(a.layer.id) - PRIORITY.indexOf(b.layer.id))[0];
  }

  /** @param {MouseAt} event */
  async click(event) {
    const coarse = matchMedia("(pointer: coarse)").matches;
    if (this.reporting.on) return this.reporting.take(event.lngLat, event.point);
    const hit = this.at(event.point, coarse ? 14 : 6);
    if (!hit) this.choose(null);
    else if (CLUSTERS[hit.layer.id]) {
      const zoom = await sourceOf(this.map, CLUSTERS[hit.layer.id]).getClusterExpansionZoom(hit.properties.cluster_id);
      this.map.easeTo({ center: /** @type {{coordinates: Lonlat}} */ (/** @type {unknown} */ (hit.geometry)).coordinates, zoom: zoom + 0.3 });
    } else this.choose({ kind: KIND[hit.layer.id] ?? hit.properties.kind, id: Number(hit.id) });
    return null;
  }

  /** @param {MouseAt} event */
  hover(event) {
    const hit = event.originalEvent.buttons ? undefined : this.at(event.point, 3);
    this.map.getCanvas().style.cursor = this.reporting.on ? "crosshair" : hit ? "pointer" : "";
    this.tip(hit, event.point);
  }

  /** A small label at the pointer: the name and what it shows. @param {Seen | undefined} hit @param {{x: number, y: number}} [point] */
  tip(hit, point = { x: 0, y: 0 }) {
    const tip = document.getElementById("one-map-tip");
    if (!tip) return;
    tip.hidden = !hit || Boolean(CLUSTERS[hit.layer.id]) || this.reporting.on;
    if (tip.hidden || !hit) return;
    const kind = KIND[hit.layer.id];
    const lines = hit.properties.kind === "problem" ? this.problemLines(hit) : kind === "patrol" ? this.patrolLines(hit) : this.lines(hit, kind);
    tip.hidden = !lines;
    if (!lines) return;
    tip.replaceChildren(element("b", {}, lines[0]), element("span", {}, lines.slice(1).filter(Boolean).join(" · ")));
    tip.style.translate = `${Math.min(point.x + 14, innerWidth - 220)}px ${point.y + 14}px`;
  }

  /** @param {Seen} hit @returns {(string | undefined)[] | null} */
  problemLines({ id }) {
    const p = this.pins.find(Number(id))?.properties;
    return p ? [p.name, timeWords(p), statusWord(p)] : null;
  }

  /** @param {Seen} hit @returns {string[]} */
  patrolLines({ properties: p }) {
    const day = new Date(p.day * 86400000).toISOString().slice(5, 10);
    return [say("patrol"), say(`patrol_level.${p.level}`), day, say(p.valid ? "patrol_valid" : "patrol_invalid")];
  }

  /** @param {Seen} hit @param {string | undefined} kind @returns {(string | null | undefined)[] | null} */
  lines(hit, kind) {
    /** @type {Properties | undefined} */
    const shown = kind ? { ...(/** @type {Properties} */ (hit.properties)), ...this.waters.find(kind, Number(hit.id)) } : this.points.find(hit.properties.kind, Number(hit.id))?.properties;
    if (!shown) return null;
    const words = kind === "river" || shown.kind === "intake" || shown.kind === "notice_board" ? null : stateWords(shown, NUMERALS);
    return [nameOf(shown), kind && say(`kind.${kind}`), words, sampleWords(shown)];
  }

  /** The selected thing is marked on the map, and what was before no longer is. @param {Thing | null} thing */
  mark(thing) {
    this.now = thing;
    const pin = thing?.kind === "problem" ? this.pins.find(thing.id) : undefined;
    const feature = pin ?? (thing && POINTS.includes(thing.kind) ? this.points.find(thing.kind, thing.id) : undefined);
    sourceOf(this.map, "selected").setData({ type: "FeatureCollection", features: feature ? [feature] : [] });
    this.map.setFilter("section-names", named(thing?.kind === "section" ? Number(thing.id) : 0));
    for (const kind of ["reach", "river", "lake"]) {
      const id = thing?.kind === kind ? Number(thing.id) : 0;
      this.map.setFilter(`selected-${kind}`, kind === "river" ? ["==", ["get", "river_id"], id] : ["==", ["id"], id]);
    }
    if (this.map.getLayer("selected-patrol")) {
      this.map.setFilter("selected-patrol", ["==", ["id"], thing?.kind === "patrol" ? Number(thing.id) : 0]);
    }
    return feature;
  }

  /** The mark follows a change of what is selected. */
  refresh() {
    if (this.now) this.mark(this.now);
  }
}
