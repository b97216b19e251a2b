/* What is selected: by a click on the map, by the list, by the search, by the address. */

import { PINS_FROM } from "./chips.mjs";
import { dressed } from "./looks.mjs";
import { NUMERALS } from "./palette.mjs";
import { categoryWord, statusWord, timeWords } from "./pins.mjs";
import { sourceOf } from "./library.mjs";
import { element, nameOf, say, stateWords, waterWords } from "./words.mjs";

const PRIORITY = ["chips", "clusters", "sections", "dots", "overdue", "problems", "section-names", "outfalls", "intakes", "boards", "patrols", "patrols-invalid", "reaches", "reach-none", "canals", "lakes", "river-names"];
/** @type {Record<string, string>} */
const KIND = { reaches: "reach", "reach-none": "reach", canals: "reach", lakes: "lake", "river-names": "river", patrols: "patrol", "patrols-invalid": "patrol" };
/** From which zoom on all that stands together stands apart. @type {Record<string, number>} */
const PARTED = { clusters: 8, dots: 8, chips: PINS_FROM };
const CLOSER = 2;
const OF_WATERS = ["section", "outfall", "intake", "notice_board", "reach", "river", "lake"];
const OF_LEDGER = ["problem", "patrol"];

/** @typedef {import("maplibre-gl").MapGeoJSONFeature} Seen */
/** @typedef {import("maplibre-gl").MapMouseEvent} MouseAt */

/** The reach that a line is, unless it is a run of several. @param {Seen} line @returns {number | null} */
export function reachOf({ id, properties }) {
  if (properties.river !== undefined) return Number(id);
  return properties.reach === undefined ? null : Number(properties.reach);
}

/** Whether several things stand there together. @param {Seen} seen */
const isParted = ({ layer, properties }) => layer.id in PARTED && properties.n !== undefined;

/** Where a cluster is looked at closer: two zooms on, or where it parts. @param {string} layer @param {number} zoom */
export const closer = (layer, zoom) => Math.max(zoom + 0.5, Math.min(zoom + CLOSER, PARTED[layer] + 0.1));

export class Selection {
  /**
   * @param {import("./scene.mjs").Scene} scene
   * @param {{ledger: import("./ledger.mjs").Ledger, basis: () => string, choose: (thing: Thing | null, seen?: Found | null) => void}} parts
   */
  constructor(scene, { ledger, basis, choose }) {
    this.map = scene.map;
    this.ledger = ledger;
    this.basis = basis;
    this.choose = choose;
    /** @type {Thing | null} */
    this.now = null;
    this.asked = 0;
    this.clicked = 0;
    this.map.on("click", (event) => this.click(event));
    this.map.on("mousemove", (event) => this.hover(event));
    this.map.on("mouseout", () => this.tip(undefined));
  }

  /** The feature at the pointer that matters most, else one within a few pixels. @param {{x: number, y: number}} point @param {number} reach */
  at(point, reach) {
    return this.within(point, 1) ?? this.within(point, reach);
  }

  /** @param {{x: number, y: number}} point @param {number} reach @returns {Seen | undefined} */
  within(point, reach) {
    const layers = PRIORITY.filter((id) => this.map.getLayer(id));
    /** @type {[Lonlat, Lonlat]} */
    const box = [[point.x - reach, point.y - reach], [point.x + reach, point.y + reach]];
    const found = this.map.queryRenderedFeatures(box, { layers });
    return found.sort((a, b) => PRIORITY.indexOf(a.layer.id) - PRIORITY.indexOf(b.layer.id))[0];
  }

  /** @param {MouseAt} event */
  async click(event) {
    const coarse = matchMedia("(pointer: coarse)").matches;
    if (this.ledger.reporting.on) return this.ledger.reporting.take(event.lngLat, event.point);
    const hit = this.at(event.point, coarse ? 14 : 6);
    if (!hit) return this.choose(null);
    const layer = hit.layer.id;
    const at = /** @type {{coordinates: Lonlat}} */ (/** @type {unknown} */ (hit.geometry)).coordinates;
    if (isParted(hit)) return this.map.easeTo({ center: at, zoom: closer(layer, this.map.getZoom()) });
    if (KIND[layer] === "reach") {
      const thing = await this.reachAt(hit, event.lngLat);
      return thing && this.choose(thing);
    }
    const kind = KIND[layer] ?? hit.properties.kind;
    const seen = KIND[layer] ? null : { id: Number(hit.id), geometry: { type: "Point", coordinates: at }, properties: { ...hit.properties, kind } };
    return this.choose({ kind, id: Number(hit.id) }, /** @type {Found | null} */ (seen));
  }

  /** The reach of a river's line that lies nearest to the place; the river where that can't be known, nothing when something else was clicked meanwhile. @param {Seen} line @param {LngLat} place @returns {Promise<Thing | null>} */
  async reachAt(line, { lng, lat }) {
    const river = Number(line.properties.river_id ?? line.id);
    const single = reachOf(line);
    if (single) return { kind: "reach", id: single };
    const before = this.now;
    const turn = ++this.clicked;
    const answer = await fetch(`/api/v1/map/reach-at?river=${river}&lon=${lng.toFixed(6)}&lat=${lat.toFixed(6)}`).catch(() => null);
    const found = answer?.ok ? await answer.json().catch(() => null) : null;
    if (turn !== this.clicked || before !== this.now) return null;
    return found ? { kind: "reach", id: found.reach } : { kind: "river", id: river };
  }

  /** @param {MouseAt} event */
  hover(event) {
    const hit = event.originalEvent.buttons ? undefined : this.at(event.point, 3);
    this.map.getCanvas().style.cursor = this.ledger.reporting.on ? "crosshair" : hit ? "pointer" : "";
    this.tip(hit, event.point);
  }

  /** A small label at the pointer: the name and what it shows. @param {Seen | undefined} hit @param {{x: number, y: number}} [point] */
  tip(hit, point = { x: 0, y: 0 }) {
    const tip = document.getElementById("one-map-tip");
    if (!tip) return;
    tip.hidden = !hit || (["clusters", "dots"].includes(hit.layer.id)) || this.ledger.reporting.on;
    if (tip.hidden || !hit) return;
    const lines = this.lines(hit).filter(Boolean);
    tip.replaceChildren(element("b", {}, lines[0]), element("span", {}, lines.slice(1).join(" · ")));
    tip.style.translate = `${Math.min(point.x + 14, innerWidth - 220)}px ${point.y + 14}px`;
  }

  /** @param {Seen} hit @returns {(string | null | undefined)[]} */
  lines({ layer, properties: p }) {
    const kind = KIND[layer.id];
    if (layer.id === "chips" && p.n) return [p.n_late ? say("overdue_n", { n: p.n_late }) : null, p.n_soon ? say("due_soon_n", { n: p.n_soon }) : null].filter(Boolean);
    if (p.kind === "problem") {
      const days = p.light === "none" || p.due === undefined ? undefined : this.ledger.days.left(p.due);
      return [categoryWord(p), timeWords({ light: p.light, days }), statusWord(p)];
    }
    if (kind === "patrol") {
      const day = new Date(p.day * 86400000).toISOString().slice(5, 10);
      return [say("patrol"), say(`patrol_level.${p.level}`), day, say(p.valid ? "patrol_valid" : "patrol_invalid")];
    }
    const name = p.name && nameOf(/** @type {{name: string}} */ (p));
    if (kind) return [name, say(`kind.${kind}`), kind === "river" ? null : waterWords(p.cls, NUMERALS)];
    return [name, p.kind === "intake" || p.kind === "notice_board" ? null : stateWords(p, NUMERALS)];
  }

  /** The selected thing is marked on the map, and what was before no longer is; the answer is where it lies. @param {Thing | null} thing @param {Found | null} [seen] as it was met on the map @returns {Promise<Found | null>} */
  async mark(thing, seen = null) {
    const isOther = thing?.kind !== this.now?.kind || thing?.id !== this.now?.id;
    this.setChosen(false);
    this.now = thing;
    this.setChosen(true);
    if (isOther || seen?.geometry) this.draw(seen?.geometry ? seen : null);
    const turn = ++this.asked;
    if (!thing || !(this.ledger.on ? [...OF_WATERS, ...OF_LEDGER] : OF_WATERS).includes(thing.kind)) return null;
    const basis = OF_LEDGER.includes(thing.kind) ? "" : `?basis=${this.basis()}`;
    const answer = await fetch(`/api/v1/map/things/${thing.kind}/${thing.id}${basis}`).catch(() => null);
    /** @type {Found | null} */
    const found = answer?.ok ? await answer.json().catch(() => null) : null;
    if (turn !== this.asked) return null;
    if (found || answer?.status === 404) this.draw(found);
    return found ?? seen;
  }

  /* The selected section's name is set apart: the layer of all names leaves it out. */
  /** @param {boolean} chosen */
  setChosen(chosen) {
    if (this.now?.kind !== "section") return;
    this.map.setFeatureState({ source: "onemap", sourceLayer: "sections", id: Number(this.now.id) }, { chosen });
  }

  /** @param {Found | null} feature */
  draw(feature) {
    const shown = feature ? [{ type: "Feature", ...dressed(feature) }] : [];
    sourceOf(this.map, "selected").setData(/** @type {any} */ ({ type: "FeatureCollection", features: shown })); // any: lines and areas too
  }

  /** The mark follows a change of what is selected. */
  refresh() {
    if (this.now) this.mark(this.now);
  }
}
