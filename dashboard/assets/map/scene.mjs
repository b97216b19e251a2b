/* The one MapLibre map of the window: made once, kept when the page changes, drawn by theme. */

import { brought, sourceOf } from "./library.mjs";
import { calm, followTheme, isPhone, palette } from "./palette.mjs";
import { sectionText, style } from "./style.mjs";
import { readView } from "./share.mjs";
import { draw, OPTIONS } from "./symbols.mjs";
import { say } from "./words.mjs";

const AGE_MS = 900000;
const LOCALE = { "AttributionControl.ToggleAttribution": "" };

/** Lines of longitude and latitude around the bounds; none where they would be too many. @param {Bounds} bounds @returns {import("geojson").FeatureCollection} */
export function graticule([west, south, east, north]) {
  const step = 0.25;
  const [w, s, e, n] = [Math.floor(west - 2), Math.floor(south - 2), Math.ceil(east + 2), Math.ceil(north + 2)];
  /** @type {Lonlat[][]} */
  const lines = [];
  if (e - w > 30 || n - s > 30) return { type: "FeatureCollection", features: [] };
  for (let x = w; x <= e; x += step) lines.push([[x, s], [x, n]]);
  for (let y = s; y <= n; y += step) lines.push([[w, y], [e, y]]);
  return { type: "FeatureCollection", features: [{ type: "Feature", properties: {}, geometry: { type: "MultiLineString", coordinates: lines } }] };
}

const stageOf = (/** @type {HTMLElement} */ page) => /** @type {HTMLElement} */ (page.querySelector("#one-map-stage"));

export class Scene {
  /** @param {MapLibre} library @param {HTMLElement} page */
  constructor(library, page) {
    this.library = library;
    this.options = { basemap: page.dataset.basemap, attribution: page.dataset.attribution, ledger: page.dataset.ledger === "true", basis: readView().basis };
    /** @type {Bounds | null} */
    this.bounds = null;
    this.agedAt = Date.now();
    this.box = document.createElement("div");
    this.box.className = "mp-canvas";
    stageOf(page).append(this.box);
    this.map = new library.Map({
      container: this.box,
      style: style(palette(), this.options),
      center: [112.09, 32.68],
      zoom: 8.5,
      minZoom: 4,
      maxZoom: 17,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      fadeDuration: calm() ? 0 : 200,
      locale: LOCALE,
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.map.setMissingStyleImageResolver((name) => this.addSymbol(name));
    const canvas = this.map.getCanvas();
    canvas.setAttribute("aria-label", say("map_label"));
    followTheme(this.map, () => style(palette(), this.options).layers, () => this.redraw());
  }

  /** The scene, once it can be drawn on. @param {HTMLElement} page */
  static async make(page) {
    const scene = new Scene(await brought(), page);
    await new Promise((ready) => scene.map.once("load", ready));
    return scene;
  }

  /** @param {string} name */
  addSymbol(name) {
    const pixels = draw(name, palette());
    if (pixels && !this.map.hasImage(name)) this.map.addImage(name, pixels, OPTIONS);
  }

  /** The symbols in the colours of the theme in force. */
  redraw() {
    for (const name of this.map.listImages()) {
      const pixels = draw(name, palette());
      if (pixels) this.map.updateImage(name, pixels);
    }
  }

  /** The map is shown in this page's stage. @param {HTMLElement} page */
  enter(page) {
    stageOf(page).append(this.box);
    this.map.resize();
  }

  /** @param {Bounds | null} bounds */
  setBounds(bounds) {
    this.bounds = bounds;
    if (bounds) sourceOf(this.map, "grid").setData(graticule(bounds));
  }

  /** Names of stale sections tell their age anew, every quarter of an hour. */
  age() {
    if (Date.now() < this.agedAt + AGE_MS) return;
    this.agedAt = Date.now();
    this.map.setLayoutProperty("section-names", "text-field", /** @type {any} */ (sectionText(this.agedAt / 1000))); // any: an expression
  }

  /** @param {string[]} layers @param {boolean} on */
  show(layers, on) {
    for (const id of layers) {
      if (this.map.getLayer(id)) this.map.setLayoutProperty(id, "visibility", on ? "visible" : "none");
    }
  }

  /** What panels cover of the map. @param {Padding} padding */
  pad(padding) {
    this.map.easeTo({ padding, duration: calm() ? 0 : 400 });
  }

  /** @param {Padding} padding */
  home(padding, animate = true) {
    if (!this.bounds) return;
    const [west, south, east, north] = this.bounds;
    this.map.setPadding(padding);
    this.map.fitBounds([[west, south], [east, north]], {
      padding: isPhone() ? 8 : 12, duration: animate && !calm() ? 400 : 0, maxZoom: 13,
    });
  }

  /** The bounds come into the free part; a point at the zoom given or closer. @param {Bounds} bounds @param {Padding} padding */
  fly([west, south, east, north], padding, zoom = 12.5) {
    const { map } = this;
    const before = map.getPadding();
    map.setPadding(padding);
    const camera = map.cameraForBounds([[west, south], [east, north]], {
      padding: isPhone() ? 12 : 32, maxZoom: Math.max(map.getZoom(), zoom),
    });
    map.setPadding(before);
    const { center, zoom: near } = camera ?? { center: [(west + east) / 2, (south + north) / 2] };
    map.easeTo({ center, zoom: near ?? map.getZoom(), padding, duration: calm() ? 0 : 400 });
  }

  /** One ring that expands once where something changed. @param {Lonlat} coordinates */
  ring(coordinates) {
    if (calm()) return;
    const mark = document.createElement("div");
    mark.className = "mp-ring";
    const ring = document.createElement("i");
    mark.append(ring);
    const marker = new this.library.Marker({ element: mark }).setLngLat(coordinates).addTo(this.map);
    ring.addEventListener("animationend", () => marker.remove());
  }

  /** A bar of a round length: its pixels and its words. */
  scale() {
    const { lat } = this.map.getCenter();
    const perPixel = (40075016.686 * Math.cos((lat * Math.PI) / 180)) / (512 * 2 ** this.map.getZoom());
    const most = perPixel * 110;
    const power = 10 ** Math.floor(Math.log10(most));
    const metres = [5, 2, 1].map((n) => n * power).find((length) => length <= most) ?? power;
    return { width: metres / perPixel, text: metres >= 1000 ? `${metres / 1000} km` : `${metres} m` };
  }
}
