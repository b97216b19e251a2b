/* Problems and patrols in the map's style: pins over every water, tracks under every symbol. */

const STACK = ["PingFang SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC"];
const BOLD = ["OneMap Bold", ...STACK];
const TODAY = () => Math.floor((Date.now() + 8 * 3600000) / 86400000);

/* Today's tracks are clear, those of the week paler, those of the month faint. */
const byAge = (/** @type {number} */ today, /** @type {number} */ week, /** @type {number} */ month) => ["step", ["-", TODAY(), ["get", "day"]], today, 1, week, 8, month];
const beside = ["interpolate", ["linear"], ["zoom"], 8, 5, 11, 8, 13, 0];

/** The tracks: dots beside the river, from afar; where they were walked, close by. @param {Palette} c */
export function tracks(c) {
  const line = { type: "line", source: "patrols", "source-layer": "patrols" };
  const dots = { "line-color": c.track, "line-offset": beside, "line-opacity": byAge(1, 0.6, 0.28) };
  return [
    {
      id: "patrols", ...line, minzoom: 7, layout: { "line-cap": "round", "line-join": "round" },
      filter: ["==", ["get", "valid"], true],
      paint: { ...dots, "line-width": ["interpolate", ["linear"], ["zoom"], 8, 1.8, 12, 2.6], "line-dasharray": [0.1, 2.2] },
    },
    {
      id: "patrols-invalid", ...line, minzoom: 7, filter: ["==", ["get", "valid"], false],
      paint: { ...dots, "line-color": c.text2, "line-width": 1.4, "line-dasharray": [3, 3] },
    },
    {
      id: "selected-patrol", ...line, filter: ["==", ["id"], 0], layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": c.accent, "line-width": 4, "line-opacity": 0.85, "line-offset": beside },
    },
    {
      id: "patrol-ends", type: "symbol", source: "patrols", "source-layer": "patrol_ends", minzoom: 10.5,
      layout: { "icon-image": ["concat", "track|", ["get", "which"]], "icon-allow-overlap": true, "icon-ignore-placement": true },
      paint: { "icon-opacity": byAge(1, 0.6, 0.28) },
    },
  ];
}

/**
 * One source's pins, and how many stand together.
 * @param {Palette} c
 * @param {string} source
 * @param {unknown} worst an expression, or a number
 * @param {string} text
 */
function standing(c, source, worst, text) {
  const digits = ["length", ["to-string", ["get", "point_count"]]];
  return [
    {
      id: `${source}-clusters`, type: "symbol", source, filter: ["has", "point_count"],
      layout: {
        "icon-image": ["concat", "pins|", worst, "|", digits], "icon-allow-overlap": true, "text-allow-overlap": true, "icon-anchor": "bottom",
        "text-field": ["to-string", ["get", "point_count"]], "text-font": BOLD, "text-size": 12, "text-offset": [0.55, -1.05],
        "symbol-sort-key": worst,
      },
      paint: { "text-color": text },
    },
    {
      id: source, type: "symbol", source, filter: ["!", ["has", "point_count"]],
      layout: {
        "icon-image": ["get", "icon"], "icon-anchor": "bottom", "icon-allow-overlap": true, "icon-padding": 0,
        "text-field": ["get", "label"], "text-font": BOLD, "text-size": 11, "text-anchor": "left", "text-offset": [1.05, -1.35],
        "text-optional": true, "symbol-sort-key": ["get", "rank"],
      },
      paint: { "text-color": c.red, "text-halo-color": c.halo, "text-halo-width": 2 },
    },
  ];
}

/** The pins; overdue ones stand apart, so that a red count counts nothing else. @param {Palette} c */
export function pins(c) {
  return [
    ...standing(c, "problems", ["get", "worst"], c.text),
    ...standing(c, "overdue", 3, c.onRed),
    {
      id: "selected-pin", type: "symbol", source: "selected", filter: ["==", ["get", "kind"], "problem"],
      layout: {
        "icon-image": ["concat", ["get", "icon"], "|s"], "icon-anchor": "bottom", "icon-allow-overlap": true, "icon-size": 1.2,
        "icon-ignore-placement": true,
      },
    },
  ];
}

const together = { type: "geojson", data: { type: "FeatureCollection", features: [] }, cluster: true, clusterMaxZoom: 10 };

/** The sources: pins that stand together where they are close, tracks in tiles. */
export function ledgerSources() {
  return {
    problems: { ...together, clusterRadius: 32, clusterProperties: { worst: ["max", ["get", "rank"]] } },
    overdue: { ...together, clusterRadius: 22 },
    patrols: { type: "vector", tiles: [`${location.origin}/tiles/patrols/{z}/{x}/{y}.mvt`], minzoom: 6, maxzoom: 14 },
  };
}

export const LEDGER_SWITCHED = {
  problems: ["problems", "problems-clusters", "overdue", "overdue-clusters"],
  patrols: ["patrols", "patrols-invalid", "patrol-ends"],
};
