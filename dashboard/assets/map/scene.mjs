/* The one MapLibre map of the window: made once, kept when the page changes, drawn by theme. */

import { Beside } from "./beside.mjs";
import { padding } from "./layout.mjs";
import { brought, sourceOf } from "./library.mjs";
import { calm, followTheme, isPhone, palette } from "./palette.mjs";
import { sectionText, style } from "./style.mjs";
import { readView } from "./share.mjs";
import { draw, OPTIONS } from "./symbols.mjs";
import { say } from "./words.mjs";

const AGE_MS = 900000;
const UNCOVER_MS = 400;
const BETWEEN_MS = 500;
/* A first view that has one slow tile is shown after so long without it. */
const PATIENCE_MS = 4000;
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

/** Where the map is shown: the page's stage, or its place in the document before Dash has drawn the page. @param {HTMLElement} page */
const stageOf = (page) => /** @type {HTMLElement} */ (page.querySelector("#one-map-stage") ?? page);
const NOTHING_OPEN = { sheet: { open: false, covered: 0 }, list: { open: false } };

/** Takes the words out of a style, for fonts and glyphs take longer than all the rest; answers them by layer. @param {MapStyle} made */
export function withoutWords(made) {
  /** @type {Map<string, unknown>} */
  const words = new Map();
  for (const { id, type, layout } of made.layers) {
    if (type !== "symbol" || !layout?.["text-field"]) continue;
    words.set(id, layout["text-field"]);
    layout["text-field"] = "";
  }
  return words;
}

/** Until its first tiles are there the map is covered: it is drawn when all of them have come, for without a graphics card each time takes 100 ms. Answers what ends this. @param {WaterMap} map */
function seldom(map) {
  const draw = map.triggerRepaint.bind(map);
  let drawnAt = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  map.triggerRepaint = () => {
    clearTimeout(waiting);
    const pause = map.areTilesLoaded() ? 0 : drawnAt + BETWEEN_MS - performance.now();
    waiting = setTimeout(() => {
      drawnAt = performance.now();
      draw();
    }, Math.max(0, pause));
  };
  const end = () => { map.triggerRepaint = draw; };
  map.once("load", end);
  return end;
}

export class Scene {
  /** @param {MapLibre} library @param {HTMLElement} page */
  constructor(library, page) {
    this.library = library;
    this.options = { basemap: page.dataset.basemap, attribution: page.dataset.attribution, ledger: page.dataset.ledger === "true", basis: readView().basis };
    /** The area as the document tells it. @type {Bounds | null} */
    this.bounds = page.dataset.bounds ? JSON.parse(page.dataset.bounds) : null;
    /** What was drawn of it there. @type {HTMLElement | null} */
    this.first = page.querySelector(".mp-first");
    this.agedAt = Date.now();
    this.isNarrowed = false;
    this.box = document.createElement("div");
    this.box.className = this.first ? "mp-canvas mp-coming" : "mp-canvas";
    stageOf(page).append(this.box);
    const made = style(palette(), this.options);
    const words = withoutWords(made);
    this.map = new library.Map({
      container: this.box,
      style: made,
      center: [112.09, 32.68],
      zoom: 8.5,
      minZoom: 4,
      maxZoom: 17,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      fadeDuration: 0,
      locale: LOCALE,
    });
    performance.mark("onemap-made");
    /** Once all of the first view is drawn. @type {Promise<void>} */
    this.drawn = new Promise((done) => {
      let isSeen = false;
      const seen = () => {
        if (isSeen) return;
        isSeen = true;
        performance.mark("onemap-idle");
        this.addWords(words);
        this.beside = new Beside(this.map, { ...this.options, isNarrowed: () => this.isNarrowed }); // together with the words
        done();
      };
      this.map.once("idle", seen);
      this.map.once("style.load", () => setTimeout(seen, PATIENCE_MS));
    });
    let hasFailed = false;
    this.map.on("error", (event) => { hasFailed ||= /** @type {{sourceId?: string}} */ (event).sourceId === "onemap"; });
    const isBare = () => !["land", "reaches"].some((sourceLayer) => this.map.querySourceFeatures("onemap", { sourceLayer }).length);
    const uncover = () => {
      if (hasFailed && isBare()) this.map.once("idle", uncover);
      else this.uncover();
    };
    const look = () => {
      if (isBare()) setTimeout(look, BETWEEN_MS);
      else this.uncover();
    };
    this.map.once("load", uncover);
    this.map.once("style.load", () => setTimeout(look, PATIENCE_MS));
    for (const moved of /** @type {const} */ (["mousedown", "touchstart", "wheel"])) this.map.once(moved, () => this.uncover()); // who takes hold of it wants the map itself
    this.often = this.first ? seldom(this.map) : () => {};
    if (innerWidth < 1200) page.classList.add("mp-folded");
    this.place(page);
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
    await new Promise((ready) => scene.map.once("style.load", ready));
    if (scene.bounds) scene.drawGrid(scene.bounds);
    return scene;
  }

  /** The camera stands where the address says, else over the whole area, from the first frame on. @param {HTMLElement} page */
  place(page) {
    const { camera } = readView();
    const free = padding({ page, ...NOTHING_OPEN });
    if (camera) this.map.jumpTo({ ...camera, padding: free });
    else if (this.bounds) this.home(free, false);
    this.homed = camera ? null : { bounds: this.bounds, bottom: free.bottom };
  }

  /** Whether the camera was placed over this area when the map was made, above what covers it. @param {Bounds | null} bounds @param {Padding} free */
  isHome(bounds, free) {
    return Boolean(this.homed) && String(this.homed?.bounds) === String(bounds) && Math.abs((this.homed?.bottom ?? 0) - free.bottom) < 4;
  }

  /** The map takes the place of what was drawn in the document. */
  uncover() {
    this.box.classList.remove("mp-coming");
    this.often();
    setTimeout(() => this.first?.remove(), UNCOVER_MS);
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
    const stage = stageOf(page);
    if (this.first?.isConnected) stage.append(this.first);
    stage.append(this.box);
    document.getElementById("one-map-opening")?.remove();
    this.map.resize();
  }

  /** @param {Bounds | null} bounds */
  setBounds(bounds) {
    const isOther = String(bounds) !== String(this.bounds);
    this.bounds = bounds;
    if (bounds && isOther) this.drawGrid(bounds);
  }

  /** @param {Bounds} bounds */
  drawGrid(bounds) {
    sourceOf(this.map, "grid").setData(graticule(bounds));
  }

  /** Names of stale sections tell their age anew, every quarter of an hour. */
  age() {
    if (Date.now() < this.agedAt + AGE_MS) return;
    this.agedAt = Date.now();
    this.map.setLayoutProperty("section-names", "text-field", /** @type {any} */ (sectionText(this.agedAt / 1000))); // any: an expression
  }

  /** Whether a filter holds: it makes discs of what was drawn as dots. @param {boolean} isNarrowed */
  narrow(isNarrowed) {
    this.isNarrowed = isNarrowed;
    this.beside?.ask();
  }

  /** @param {string[]} layers @param {boolean} on */
  show(layers, on) {
    for (const id of layers) {
      if (this.map.getLayer(id)) this.map.setLayoutProperty(id, "visibility", on ? "visible" : "none");
    }
  }

  /** The words that the style was made without, but those that were written anew since. @param {Map<string, unknown>} words */
  addWords(words) {
    for (const [id, text] of words) {
      if (this.map.getLayoutProperty(id, "text-field") === "") this.map.setLayoutProperty(id, "text-field", /** @type {any} */ (text)); // any: an expression
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
