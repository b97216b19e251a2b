/* MapLibre and its style sheet, brought once for every map of the window. */

const LIBRARY = "/assets/vendor/maplibre/maplibre-gl.mjs";

/** A source of features, by name. @param {WaterMap} map @param {string} name */
export function sourceOf(map, name) {
  return /** @type {GeoJSONSource} */ (map.getSource(name));
}

/** The library, once it is there. @returns {Promise<MapLibre>} */
export function brought() {
  if (!document.querySelector("link[data-maplibre]")) {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = LIBRARY.replace(".mjs", ".css");
    link.dataset.maplibre = "true";
    document.head.append(link);
  }
  return import(LIBRARY);
}
