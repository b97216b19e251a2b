/* The small map of one patrol: the waters in their classes, the track, where it began and ended. */

import { brought } from "./library.mjs";
import { onTheme, palette } from "./palette.mjs";
import { style } from "./style.mjs";
import { draw as symbol, OPTIONS } from "./symbols.mjs";
import { Waters } from "./waters.mjs";
import { readWords } from "./words.mjs";

const EMPTY = { type: "FeatureCollection", features: [] };
const MANY = 400;

let making = null;
let small = null;

const inked = () => getComputedStyle(document.documentElement).getPropertyValue("--om-track").trim();

function trackLayers(colours) {
  const end = (id, kind, more) => ({
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
    this.waters = new Waters(this.map);
    this.told = { reach: {}, lake: {} };
    onTheme(() => this.repaint());
  }

  style() {
    const colours = palette();
    const made = style(colours, {});
    made.sources.track = { type: "geojson", data: this.data ?? EMPTY };
    made.layers.push(...trackLayers(colours));
    return made;
  }

  repaint() {
    for (const layer of this.style().layers) {
      if (!this.map.getLayer(layer.id)) continue;
      for (const [name, value] of Object.entries(layer.paint ?? {})) this.map.setPaintProperty(layer.id, name, value);
    }
  }

  async colour() {
    const answer = await fetch("/api/v1/map/state?basis=now");
    if (!answer.ok) return;
    this.told = (await answer.json()).waters;
    this.waters.reset(this.told);
  }

  show(place) {
    place.append(this.box);
    this.map.resize();
    this.data = JSON.parse(place.dataset.patrolTrack);
    this.map.getSource("track").setData(this.data);
    const points = this.data.features.flatMap(({ geometry }) =>
      geometry.type === "Point" ? [geometry.coordinates] : geometry.coordinates.flat(geometry.type === "MultiLineString" ? 1 : 0));
    if (!points.length) return;
    const [lons, lats] = [points.map(([x]) => x), points.map(([, y]) => y)];
    const bounds = [[Math.min(...lons), Math.min(...lats)], [Math.max(...lons), Math.max(...lats)]];
    this.map.fitBounds(bounds, { padding: 36, maxZoom: 14.5, duration: 0 });
    place.dataset.drawn = String(Math.min(points.length, MANY));
  }
}

/** The place shows the track that its data names. */
export async function draw(place) {
  readWords(place);
  making ??= brought().then(async (library) => {
    const made = new Small(library);
    await new Promise((ready) => made.map.once("load", ready));
    await made.colour();
    return made;
  });
  small = await making;
  if (document.contains(place)) small.show(place);
}
