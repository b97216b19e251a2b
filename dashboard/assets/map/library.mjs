/* MapLibre, brought once for every map of the window; its style is part of every page's. */

const LIBRARY = "/assets/vendor/maplibre/maplibre-gl.mjs";
const WORKER = "/assets/vendor/maplibre/maplibre-gl-worker.mjs";

/** @type {Promise<MapLibre> | null} */
let bringing = null;

/** A source of features, by name. @param {WaterMap} map @param {string} name */
export function sourceOf(map, name) {
  return /** @type {GeoJSONSource} */ (map.getSource(name));
}

/** The library, once it is there; its worker is fetched from the address that the page names. @returns {Promise<MapLibre>} */
export function brought() {
  bringing ??= import(LIBRARY).then((/** @type {MapLibre} */ library) => {
    library.setWorkerUrl(import.meta.resolve?.(WORKER) ?? WORKER);
    return library;
  });
  return bringing;
}
