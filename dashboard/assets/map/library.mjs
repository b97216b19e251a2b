/* MapLibre and its style sheet, brought once for every map of the window. */

const LIBRARY = "/assets/vendor/maplibre/maplibre-gl.mjs";

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
