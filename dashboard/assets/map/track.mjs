/* The small map of one patrol: the waters in their classes, the track, where it began and ended. */

import { Beside } from "./beside.mjs";
import { brought, sourceOf } from "./library.mjs";
import { followTheme, palette } from "./palette.mjs";
import { groundStyle } from "./style.mjs";
import { draw as symbol, OPTIONS } from "./symbols.mjs";
import { readWords } from "./words.mjs";

/** @type {Track} */
const EMPTY = { type: "FeatureCollection", features: [] };
const MANY = 400;

/** @typedef {import("geojson").FeatureCollection<import("geojson").Point | import("geojson").LineString | import("geojson").MultiLineString>} Track */

/** @type {Promise<Small> | null} */
let making = null;

const inked = () => getComputedStyle(document.documentElement).getPropertyValue("--om-track").trim();

/** @param {Palette} colours */
function trackLayers(colours) {
  const end = (/** @type {string} */ id, /** @type {string} */ kind, /** @type {object} */ more) => ({
    id, type: "circle", source: "track", filter: ["==", ["get", "kind"], kind],
    paint: { "circle-radius": 4.5, "circle-color": colours.surface, "circle-stroke-color": inked(), "circle-stroke-width": 2, ...more },
  });
  return [
    {
      id: "track-casing", type: "line", source: "track", filter: ["==", ["get", "kind"], "track"],
      layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": colours.halo, "line-width": 5 },
    },
    {
      id: "track", type: "line", source: "track", filter: ["==", ["get", "kind"], "track"],
      layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": inked(), "line-width": 2.4, "line-dasharray": [0.6, 1.6] },
    },
    end("track-start", "start", {}),
    end("track-end", "end", { "circle-color": inked() }),
    end("track-problem", "problem", { "circle-color": "#CF2E27", "circle-stroke-color": colours.surface }),
  ];
}

class Small {
  /** @param {MapLibre} library */
  constructor(library) {
    this.box = document.createElement("div");
    this.box.className = "mp-canvas";
    this.map = new library.Map({
      container: this.box, style: this.style(), center: [112.09, 32.68], zoom: 9, minZoom: 4, maxZoom: 17,
      attributionControl: false, dragRotate: false, pitchWithRotate: false, touchPitch: false,
      fadeDuration: 0, cooperativeGestures: false, scrollZoom: true,
    });
    this.box.spot = this.map;
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.map.setMissingStyleImageResolver((name) => {
      const pixels = symbol(name, palette());
      if (pixels && !this.map.hasImage(name)) this.map.addImage(name, pixels, OPTIONS);
    });
    new Beside(this.map, { discs: false });
    followTheme(this.map, () => this.style().layers);
  }

  style() {
    const colours = palette();
    const made = groundStyle(colours);
    made.sources.track = { type: "geojson", data: this.data ?? EMPTY };
    made.layers.push(.../** @type {MapStyle["layers"]} */ (trackLayers(colours)));
    return made;
  }

  /** @param {HTMLElement} place */
  show(place) {
    place.append(this.box);
    this.map.resize();
    /** @type {Track} */
    const data = JSON.parse(place.dataset.patrolTrack ?? "");
    this.data = data;
    sourceOf(this.map, "track").setData(data);
    const points = data.features.flatMap(({ geometry }) => {
      if (geometry.type === "Point") return [geometry.coordinates];
      return geometry.type === "MultiLineString" ? geometry.coordinates.flat() : geometry.coordinates;
    });
    if (!points.length) return;
    const [lons, lats] = [points.map(([x]) => x), points.map(([, y]) => y)];
    /** @type {[Lonlat, Lonlat]} */
    const bounds = [[Math.min(...lons), Math.min(...lats)], [Math.max(...lons), Math.max(...lats)]];
    this.map.fitBounds(bounds, { padding: 36, maxZoom: 14.5, duration: 0 });
    place.dataset.drawn = String(Math.min(points.length, MANY));
  }
}

/** The place shows the track that its data names. @param {HTMLElement} place */
export async function draw(place) {
  readWords(place);
  making ??= brought().then(async (library) => {
    const made = new Small(library);
    await new Promise((ready) => made.map.once("load", ready));
    return made;
  });
  const small = await making;
  if (document.contains(place)) small.show(place);
}
