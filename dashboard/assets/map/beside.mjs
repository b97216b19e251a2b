/* What is laid out anew when tiles came or the map moved: chips, names of rivers and of seats. */

import { chipsOf, PINS_FROM } from "./chips.mjs";
import { sourceOf } from "./library.mjs";
import { lengthOf, partsOf, riversOf, seatsOf, SPACING } from "./names.mjs";
import { cellsOf, linesOf, worldPixels } from "./placing.mjs";
import { isDisc } from "./style.mjs";
import { discSize } from "./symbols.mjs";
import { inEnglish } from "./words.mjs";

/* From here on marks keep off the lines of rivers; further out those are everywhere. */
const LINES_FROM = 8;
/* For a tile that is late the others don't wait longer. */
const PATIENCE_MS = 3000;
/* A disc takes this much room for names, whatever class it shows, so that no class moves a name. */
const MOST_DISC = /** @type {Lonlat} */ ([38, 28]);

/** @typedef {import("./placing.mjs").Box} Box */

/** What a pin covers, its tip at the place. @param {import("./chips.mjs").Row} row @param {number} zoom @returns {Box} */
function pinBox({ geometry }, zoom) {
  const [x, y] = worldPixels(/** @type {any} */ (geometry).coordinates, zoom); // any: points alone
  return { x, y: y - 14, w: 22, h: 28 };
}

export class Beside {
  /** @param {WaterMap} map @param {{ledger?: boolean, discs?: boolean, isNarrowed?: () => boolean}} options whether problems and sections are drawn on it, and whether a filter holds */
  constructor(map, { ledger = false, discs: hasDiscs = true, isNarrowed = () => false }) {
    this.map = map;
    this.ledger = ledger;
    this.hasDiscs = hasDiscs;
    this.isNarrowed = isNarrowed;
    /** Leaders of chips and parts with names, as they were laid out last. @type {Map<number, number>} */
    this.leaders = new Map();
    /** @type {Map<number, string>} */
    this.parts = new Map();
    /** @type {Record<string, string>} */
    this.drawn = {};
    this.isAsked = false;
    this.zoom = map.getZoom();
    this.isBehind = false; // what was asked for could not be laid out yet
    this.behindAt = 0; // since when, in this page's time
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.late = undefined;
    this.frame = 0;
    map.on("sourcedata", (event) => ["onemap", "selected"].includes(event.sourceId) && this.ask());
    map.on("moveend", () => this.ask());
    map.on("zoom", () => this.forget());
    map.on("idle", () => this.isBehind && this.ask());
    map.on("remove", () => {
      clearTimeout(this.late);
      cancelAnimationFrame(this.frame);
    });
    this.ask();
  }

  /** All is laid out once for everything that changed, when every tile in view is there or one has been late for long. */
  ask() {
    if (this.isAsked) return;
    this.isAsked = true;
    this.frame = requestAnimationFrame(() => {
      this.isAsked = false;
      const isReady = Boolean(this.map.getSource("names")) && !this.map.isZooming();
      const wasBehind = this.isBehind;
      const now = performance.now();
      this.isBehind = !isReady || !this.map.isSourceLoaded("onemap");
      if (!wasBehind) this.behindAt = now;
      clearTimeout(this.late);
      if (this.isBehind) this.late = setTimeout(() => this.ask(), PATIENCE_MS);
      const isLate = isReady && now >= this.behindAt + PATIENCE_MS;
      if (this.isBehind && !isLate) return;
      this.behindAt = now; // what is late still has as long again, so that a stream of changes lays out no more often
      this.draw();
    });
  }

  /** What was laid out for quite another zoom goes at once: together it would hide everything. */
  forget() {
    if (Math.abs(this.map.getZoom() - this.zoom) < 1.2 || !this.map.getSource("names")) return;
    this.zoom = this.map.getZoom();
    if (this.ledger) this.set("chips", []);
    this.set("names", []);
  }

  /** The rows of a layer in the tiles at hand. @param {string} sourceLayer */
  rows(sourceLayer) {
    return this.map.querySourceFeatures("onemap", { sourceLayer });
  }

  /** The same, each thing once. @param {string} sourceLayer */
  things(sourceLayer) {
    return [...new Map(this.rows(sourceLayer).map((each) => [Number(each.id), each])).values()];
  }

  draw() {
    const zoom = this.map.getZoom();
    this.zoom = zoom;
    const sections = this.hasDiscs ? this.things("sections").filter(({ properties }) => this.isNarrowed() || isDisc(properties, zoom)) : [];
    const discs = (/** @type {(p: Facts) => Lonlat} */ size) => sections.map(({ geometry, properties }) => {
      const [x, y] = worldPixels(/** @type {any} */ (geometry).coordinates, zoom); // any: points alone
      const [w, h] = size(properties);
      return { x, y, w, h };
    });
    const room = { full: discs((p) => (p.n ? discSize(p) : MOST_DISC)), water: zoom >= LINES_FROM ? this.water(zoom) : new Set() };
    const seats = seatsOf(this.things("places").filter(({ properties }) => properties.seat), zoom, room);
    const full = [...discs(discSize), ...seats.boxes, ...this.chosenName(zoom)];
    const view = this.view(zoom);
    const problems = this.ledger ? this.things("problems") : [];
    const chips = zoom < PINS_FROM ? chipsOf(problems, zoom, { ...room, full, before: this.leaders, view }) : { features: [], boxes: problems.map((each) => pinBox(each, zoom)) };
    const left = { ...room, full: [...full, ...chips.boxes], before: this.parts };
    const rivers = riversOf(partsOf(this.rows("rivers"), zoom), view, zoom, left, inEnglish() ? SPACING.en : SPACING.zh);
    if (this.ledger) this.set("chips", chips.features);
    this.set("names", [...seats.features, ...rivers]);
  }

  /** The name below the section that is selected. @param {number} zoom @returns {Box[]} */
  chosenName(zoom) {
    return this.map.querySourceFeatures("selected").filter(({ geometry, properties }) => geometry.type === "Point" && properties.label).map(({ geometry, properties }) => {
      const [x, y] = worldPixels(/** @type {any} */ (geometry).coordinates, zoom); // any: a point
      return { x, y: y + 30, w: lengthOf(properties.label, 13) + 4, h: 18 };
    });
  }

  /** @param {string} source @param {object[]} features */
  set(source, features) {
    const drawn = JSON.stringify(features);
    if (drawn === (this.drawn[source] ?? "[]")) return;
    this.drawn[source] = drawn;
    sourceOf(this.map, source).setData(/** @type {any} */ ({ type: "FeatureCollection", features })); // any: plain features
  }

  /** The part of the world that panels leave free, in pixels. @param {number} zoom @returns {Box} */
  view(zoom) {
    const { top = 0, bottom = 0, left = 0, right = 0 } = this.map.getPadding();
    const { clientWidth, clientHeight } = this.map.getContainer();
    const [x, y] = worldPixels(/** @type {Lonlat} */ (this.map.getCenter().toArray()), zoom);
    return { x, y, w: clientWidth - left - right, h: clientHeight - top - bottom };
  }

  /** The cells of pixels that rivers cross. @param {number} zoom */
  water(zoom) {
    const lines = this.rows("reaches").flatMap(({ geometry }) => linesOf(geometry));
    return cellsOf(lines.map((line) => line.map((place) => worldPixels(place, zoom))));
  }
}
