/* A small map: a problem's place with its light, or a place to be marked. */

import { Beside } from "../map/beside.mjs";
import { Lacking } from "../map/lacking.mjs";
import { brought } from "../map/library.mjs";
import { calm, followTheme, palette } from "../map/palette.mjs";
import { groundStyle } from "../map/style.mjs";
import { draw, OPTIONS } from "../map/symbols.mjs";
import { element } from "../map/words.mjs";
import { onceGone } from "./gone.mjs";

/** @type {Record<string, [tag: string, attributes: Words]>} */
const FACE = {
  green: ["circle", { cx: "13", cy: "12.4", r: "4", fill: "none", stroke: "var(--om-light-green-fill)", "stroke-width": "2.2" }],
  amber: ["path", { d: "M13 7.4 18 16H8Z", fill: "var(--om-light-amber-fill)" }],
  red: ["path", { d: "m13 7 5.2 5.4L13 17.8l-5.2-5.4Z", fill: "#fff" }],
  none: ["circle", { cx: "13", cy: "12.4", r: "3", fill: "var(--om-accent)" }],
};
const WEDGE = { d: "M13 33 -4 -3A42 42 0 0 1 30 -3Z", fill: "var(--om-accent)", "fill-opacity": ".14", stroke: "var(--om-accent)", "stroke-dasharray": "3 3" };
const DROP = "M13 33C8 27 2.4 20.4 2.4 12.6a10.6 10.6 0 0 1 21.2 0C23.6 20.4 18 27 13 33Z";

/** A part of a drawing. @param {string} tag @param {Words} attributes @param {...Node} children */
function drawn(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** A teardrop with the light's shape; a wedge for each direction a photo was taken in. @param {string} light @param {number[]} facing */
function pin(light, facing) {
  const red = light === "red";
  const wedges = facing.map((bearing) => drawn("path", { transform: `rotate(${bearing} 13 33)`, ...WEDGE }));
  const body = {
    d: DROP, fill: red ? "var(--om-light-red-fill)" : "var(--om-pin-body)",
    stroke: red ? "var(--om-surface)" : "var(--om-pin-line)", "stroke-width": "1.4",
  };
  const frame = { width: "26", height: "34", viewBox: "0 0 26 34", "aria-hidden": "true" };
  const svg = drawn("svg", frame, ...wedges, drawn("path", body), drawn(...(FACE[light] ?? FACE.none)));
  svg.style.overflow = "visible";
  const box = document.createElement("div");
  box.className = "pb-pin";
  box.append(svg);
  return box;
}

/** @typedef {{center: Lonlat, zoom: number, label: string}} Shown */

/** The map in a box, as long as that is in the page and isn't emptied; answers `{map, Marker}` once it can be drawn on. @param {HTMLElement} box @param {Shown} shown */
export async function plain(box, { center, zoom, label }) {
  const canvas = document.createElement("div");
  canvas.style.cssText = "position:absolute;inset:0";
  box.append(canvas);
  const library = await brought();
  const map = new library.Map({
    container: canvas, style: groundStyle(palette()), center, zoom, minZoom: 5, maxZoom: 17,
    attributionControl: false, dragRotate: false, pitchWithRotate: false, touchPitch: false,
    fadeDuration: calm() ? 0 : 200, cooperativeGestures: false,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.setMissingStyleImageResolver((name) => {
    const pixels = draw(name, palette());
    if (pixels && !map.hasImage(name)) map.addImage(name, pixels, OPTIONS);
  });
  map.getCanvas().setAttribute("aria-label", label);
  new Beside(map, { discs: false });
  const stop = followTheme(map, () => groundStyle(palette()).layers);
  const sizes = new ResizeObserver(() => map.resize());
  sizes.observe(box);
  new Lacking(map, () => map.refreshTiles("onemap"));
  onceGone(canvas, () => {
    stop();
    sizes.disconnect();
    map.remove(); // a browser has room for sixteen or so
  });
  return { map, Marker: library.Marker };
}

/** A problem's place as the box tells it. @param {HTMLElement} box */
export async function mark(box) {
  const { lon, lat, light, facing, label } = JSON.parse(box.dataset.spot ?? "");
  const { map, Marker } = await plain(box, { center: [lon, lat], zoom: 13.4, label });
  new Marker({ element: pin(light, facing ?? []), anchor: "bottom" }).setLngLat([lon, lat]).addTo(map);
  box.spot = map;
}

/** A map on which a click, or a drag of the pin, marks a place; `set` marks one from outside. @param {HTMLElement} box @param {Shown & {chosen: (lon: number, lat: number) => void}} shown */
export async function chooser(box, { center, zoom, label, chosen }) {
  const { map, Marker } = await plain(box, { center, zoom, label });
  const marker = new Marker({ element: pin("none", []), anchor: "bottom", draggable: true });
  let placed = false;
  const set = (/** @type {number} */ lon, /** @type {number} */ lat, look = true) => {
    marker.setLngLat([lon, lat]);
    if (!placed) marker.addTo(map);
    placed = true;
    if (look) map.easeTo({ center: [lon, lat], zoom: Math.max(map.getZoom(), 13), duration: calm() ? 0 : 400 });
  };
  map.on("click", ({ lngLat }) => {
    set(lngLat.lng, lngLat.lat, false);
    chosen(lngLat.lng, lngLat.lat);
  });
  marker.on("dragend", () => {
    const { lng, lat } = marker.getLngLat();
    chosen(lng, lat);
  });
  box.spot = map;
  return { map, set };
}

/** What the server says of the place belongs to React: it is shown again within the form. @param {HTMLElement} source */
export function mirror(source) {
  const shown = element("div", { class: "rp-preview", role: "status" });
  const copy = () => shown.replaceChildren(...[...source.childNodes].map((node) => node.cloneNode(true)));
  new MutationObserver(copy).observe(source, { childList: true, subtree: true, characterData: true });
  copy();
  return shown;
}
