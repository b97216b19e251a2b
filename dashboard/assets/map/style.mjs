/* The map's style by the design language: order, widths, casing, dashes, labels. */

import { chosenPin, LEDGER_SWITCHED, pins, tracks } from "./ledger_style.mjs";
import { RIVER_PX, SEAT_PX, SEAT_SIDES, SPACING } from "./names.mjs";
import { ageLabel, localName, sectionIcon, shortName } from "./labels.mjs";
import { NUMERALS } from "./palette.mjs";
import { inEnglish } from "./words.mjs";

const STACK = ["PingFang SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC"];
const REGULAR = STACK;
const MEDIUM = ["OneMap Medium", ...STACK];
const BOLD = ["OneMap Bold", ...STACK];

/* A water's class stands in its row: 1 to 6, 0 where it has none now, -1 where no section stands for it. */
const CLS = ["get", "cls"];
const NONE = ["==", CLS, -1];
const OWN = ["case", ["==", ["get", "own"], false], 0.45, 1];

/** The colour of a class, by an expression. @param {unknown} of @param {string[]} colours @param {string} none */
const byClass = (of, colours, none) => [
  "match", of, ...[1, 2, 3, 4, 5, 6].flatMap((n) => [n, colours[n]]), none,
];

/* Bad water is also thicker: close by a little, from afar two or three times, so that it is found in what is thin.
   Thin lines of Ⅰ are wider than those of Ⅱ, for light blue on a light ground looks thinner than it is. */
const EXTRA = ["match", CLS, [4, 5], 0.6, 6, 1.2, 0];
const FAR = { main: ["match", CLS, 1, 1.5, [2, 3], 1, 4, 2, 5, 2.5, 6, 2.9, 0.8], other: ["match", CLS, 1, 1.1, [2, 3], 0.7, 4, 1.6, 5, 2, 6, 2.4, 0.6] };
const STOPS = [[8, 2.2, 1.2], [10, 4.5, 3.1], [12, 6, 4.5], [14, 9, 7], [16, 14, 10]];
const isMain = ["==", ["get", "main"], true];
const width = (/** @type {number} */ more) => [
  "interpolate", ["linear"], ["zoom"],
  ...[[4, 0.8], [7, 1.1]].flatMap(([zoom, times]) => [zoom, ["+", more, ["*", times, ["case", isMain, FAR.main, FAR.other]]]]),
  ...STOPS.flatMap(([zoom, main, other]) => [zoom, ["case", isMain, ["+", main + more, EXTRA], ["+", other + more, EXTRA]]]),
];
/* From afar good water steps back. */
const calmed = (/** @type {unknown} */ opacity) => ["interpolate", ["linear"], ["zoom"], 7, ["*", opacity, ["match", CLS, [1, 2, 3], 0.8, 1]], 8, opacity];
/* A casing would make one dark line of all that is thin. */
const cased = (/** @type {unknown} */ opacity) => ["interpolate", ["linear"], ["zoom"], 7, 0, 8, opacity];

const CANAL = ["==", ["get", "canal"], true];
const RIVER = ["!", CANAL];

/** The zooms that have tiles of their own. */
export const LEAST_ZOOM = 4;
export const MOST_ZOOM = 14;

const round = { "line-cap": "round", "line-join": "round" };
/** A layer of the vector tiles. @param {string} id @param {string} type @param {string} sourceLayer @param {object} rest */
const layer = (id, type, sourceLayer, rest) => ({
  id, type, source: "onemap", "source-layer": sourceLayer, ...rest,
});
/** A layer of what is selected, of one kind. @param {string} id @param {string} type @param {string} kind @param {object} rest */
const chosen = (id, type, kind, rest) => ({ id, type, source: "selected", filter: ["==", ["get", "kind"], kind], ...rest });
const when = (/** @type {unknown} */ condition, /** @type {unknown} */ opacity) => ["case", condition, opacity, 0];

/** @param {Palette} c */
function ground(c) {
  return [
    { id: "out", type: "background", paint: { "background-color": c.out } },
    layer("land", "fill", "land", { paint: { "fill-color": c.land, "fill-antialias": false } }),
    { id: "grid", type: "line", source: "grid", minzoom: 7, paint: { "line-color": c.grid, "line-width": 1, "line-opacity": 0.7 } },
    layer("valley", "line", "reaches", {
      minzoom: 7, filter: RIVER, layout: round,
      paint: {
        "line-color": c.valley, "line-opacity": 0.75, "line-blur": 6,
        "line-width": ["interpolate", ["linear"], ["zoom"], 7, 6, 8, 14, 10, 26, 14, 60],
      },
    }),
  ];
}

/** @param {Palette} c */
function waters(c) {
  return [
    layer("network", "line", "reaches", {
      layout: round, paint: { "line-color": c.valley, "line-width": ["interpolate", ["linear"], ["zoom"], 4, 1.6, 7, 3.2, 9, 0], "line-opacity": ["*", OWN, 0.9] },
    }),
    layer("canals", "line", "reaches", {
      filter: CANAL, layout: round,
      paint: {
        "line-color": byClass(CLS, c.classes, c.canal), "line-opacity": OWN,
        "line-width": ["interpolate", ["linear"], ["zoom"], 7, 0.8, 10, 1.6, 14, 4],
      },
    }),
    layer("lakes", "fill", "lakes", {
      paint: { "fill-color": byClass(CLS, c.classes, c.water), "fill-opacity": OWN },
    }),
    layer("lake-edge", "line", "lakes", { paint: { "line-color": c.casing, "line-width": 1, "line-opacity": 0.85 } }),
    layer("lake-worst", "line", "lakes", {
      paint: { "line-color": "#fff", "line-width": 1.2, "line-offset": 1.6, "line-dasharray": [2.5, 5], "line-opacity": when(["==", CLS, 6], 0.95) },
    }),
    chosen("selected-reach", "line", "reach", { layout: round, paint: { "line-color": c.chosen, "line-width": 18 } }),
    chosen("selected-river", "line", "river", { layout: round, paint: { "line-color": c.chosen, "line-width": 16 } }),
    layer("casing", "line", "reaches", {
      filter: RIVER, layout: round,
      paint: { "line-color": c.casing, "line-width": width(1.8), "line-opacity": cased(["*", OWN, ["case", NONE, 0, 0.85]]) },
    }),
    layer("reaches", "line", "reaches", {
      filter: RIVER, layout: round,
      paint: { "line-color": byClass(CLS, c.classes, c.classes[0]), "line-width": width(0), "line-opacity": calmed(when(["!", NONE], OWN)) },
    }),
    layer("reach-none", "line", "reaches", {
      filter: RIVER, layout: { "line-join": "round" },
      paint: { "line-color": c.classes[0], "line-width": width(0), "line-dasharray": [2, 1.4], "line-opacity": when(NONE, OWN) },
    }),
    layer("reach-worst", "line", "reaches", {
      minzoom: 8, filter: RIVER,
      paint: { "line-color": "#fff", "line-width": 1.2, "line-dasharray": [2.5, 5], "line-opacity": when(["==", CLS, 6], 0.95) },
    }),
    chosen("selected-lake", "line", "lake", { paint: { "line-color": c.accent, "line-width": 3 } }),
  ];
}

/** @param {Palette} c */
function borders(c) {
  return [
    layer("boundary", "line", "divisions", {
      filter: ["!=", ["get", "own"], true],
      paint: {
        "line-color": c.boundary, "line-width": ["match", ["get", "level"], "province", 1.1, "city", 0.8, 0.6],
        "line-opacity": ["match", ["get", "level"], "province", 0.55, "city", 0.45, 0.35],
      },
    }),
    layer("boundary-far", "line", "divisions", { maxzoom: 8, filter: ["==", ["get", "own"], true], paint: { "line-color": c.boundary, "line-width": 1.1, "line-opacity": 0.6 } }),
    layer("boundary-own", "line", "divisions", {
      minzoom: 8, filter: ["==", ["get", "own"], true],
      paint: { "line-color": c.boundary, "line-width": 1.4, "line-dasharray": [5, 2.2, 1.1, 2.2] },
    }),
  ];
}

const SPOT = ["all", ["==", ["geometry-type"], "Point"], ["!=", ["get", "kind"], "problem"]];
const halo = (/** @type {Palette} */ c, width = 2) => ({ "text-halo-color": c.halo, "text-halo-width": width });
const onMap = { "icon-allow-overlap": true, "icon-ignore-placement": false, "icon-padding": 0 };
const AROUND = ["left", "right", "top", "bottom", "top-left", "top-right", "bottom-left", "bottom-right"];

/* Places for a name: all sides close by, then all sides farther off, at each distance in ems. */
const SIDES = { left: [1, 0], right: [-1, 0], top: [0, 1], bottom: [0, -1], "top-left": [0.7, 0.7], "top-right": [-0.7, 0.7], "bottom-left": [0.7, -0.7], "bottom-right": [-0.7, -0.7] };
const rings = (/** @type {number[]} */ ...distances) => distances.flatMap((distance) =>
  Object.entries(SIDES).flatMap(([anchor, [x, y]]) => [anchor, [x * distance, y * distance]]));

/** A river's name. @param {Palette} c @param {object} of @param {object} placed */
const riverNames = (c, of, placed) => ({
  id: "river-names", type: "symbol", minzoom: 8, ...of,
  layout: {
    "text-field": localName(), "text-font": MEDIUM, "text-size": RIVER_PX, "text-letter-spacing": inEnglish() ? SPACING.en : SPACING.zh, "symbol-sort-key": 4, ...placed,
  },
  paint: { "text-color": c.text2, ...halo(c) },
});
/** A seat's name, always at the same side. @param {Palette} c @param {object} of @param {object} side */
const seats = (c, of, side) => ({
  id: "seats", type: "symbol", ...of,
  layout: {
    "icon-image": "seat", "icon-allow-overlap": true, "text-field": localName(), "text-font": BOLD, "text-size": SEAT_PX, "text-letter-spacing": 0.06,
    "symbol-sort-key": 2, "text-allow-overlap": true, "text-padding": 0, "icon-padding": 0, ...side,
  },
  paint: { "text-color": c.text, ...halo(c) },
});
const bySide = (/** @type {(at: {anchor: string, offset: Lonlat}) => unknown} */ of) => ["match", ["get", "side"], ...SEAT_SIDES.slice(1).flatMap((at, n) => [n + 1, of(at)]), of(SEAT_SIDES[0])];
const what = (/** @type {string} */ kind) => ({ source: "names", filter: ["==", ["get", "what"], kind] });

/** The names that `beside.mjs` lays out, so that each stands once and stands still. @param {Palette} c */
const laidNames = (c) => [
  riverNames(c, what("river"), { "text-field": ["get", "label"], "text-rotate": ["get", "turn"], "text-max-width": 40, "text-line-height": 1.25, "text-allow-overlap": true, "text-padding": 0 }),
  seats(c, what("seat"), { "text-anchor": bySide(({ anchor }) => anchor), "text-offset": bySide(({ offset }) => ["literal", offset]) }),
];

/** Names that make way for all others. @param {Palette} c */
function names(c) {
  return [
    layer("lake-names", "symbol", "lakes", {
      minzoom: 10,
      layout: { "text-field": localName(), "text-font": REGULAR, "text-size": 11, "symbol-sort-key": 5, "text-offset": [0, 1.6] },
      paint: { "text-color": c.text2, ...halo(c) },
    }),
    layer("towns", "symbol", "places", {
      minzoom: 9, filter: ["!=", ["get", "seat"], true],
      layout: {
        "icon-image": "town", "text-field": localName(), "text-font": REGULAR, "text-size": 11, "symbol-sort-key": 9,
        "text-variable-anchor": AROUND, "text-radial-offset": 0.5, "text-padding": 0, "icon-padding": 0, "icon-optional": true,
      },
      paint: { "text-color": c.label, ...halo(c, 1.6) },
    }),
  ];
}

/* A section's name goes where the section is selected: that name is set apart. */
const UNCHOSEN = ["case", ["==", ["feature-state", "chosen"], true], 0, 1];
const SINGLE = ["!", ["has", "n"]];

/** The text beside a section: its name where it misses its target or one is near, with its age where it is stale. @param {number} now s */
export const sectionText = (now) => ["step", ["zoom"], ["case", ["==", ["get", "meets"], false], ageLabel(now), ""], 11.5, ageLabel(now)];

/* From afar only the worst water has a disc, and none further out; others are dots where there is room, and discs close by. */
const DISCS_FROM = 5;
const DOTS_FROM = 7;
const ALL_DISCS_FROM = 8;
/** Whether a section or a cluster of them is drawn as a disc. @param {Facts} p @param {number} zoom */
export const isDisc = ({ cls }, zoom) => zoom >= ALL_DISCS_FROM || (zoom >= DISCS_FROM && cls === 6);
/** The same by an expression. */
export const AS_DISC = ["any", [">=", ["zoom"], ALL_DISCS_FROM], ["all", [">=", ["zoom"], DISCS_FROM], ["==", CLS, 6]]];
export const AS_DOT = ["all", ["<", ["zoom"], ALL_DISCS_FROM], ["!=", CLS, 6]];

/** How many stand together, and the worst class of them; of a filter's only, without their class. @param {string} [count] */
export const clusterText = (count = "n") => {
  // The worst water's disc counts what misses its target.
  const worst = ["match", CLS, ...[1, 2, 3, 4, 5, 6].flatMap((n) => [n, NUMERALS[n]]), NUMERALS[0]];
  const number = ["to-string", count === "n" ? ["coalesce", ["get", "n_below"], ["get", "n"]] : ["get", count]];
  return count === "n" ? ["format", number, {}, "\n", {}, worst, { "font-scale": 0.75 }] : number;
};
export const clusterIcon = (count = "n") => (["n", "n_below"].includes(count) ? ["concat", "cluster|", CLS] : "cluster|0");

/** Names, and the small symbols under what matters more. @param {Palette} c */
function points(c) {
  const icon = (/** @type {unknown} */ image, /** @type {unknown} */ size, rest = {}) => ({ "icon-image": image, "icon-size": size, ...onMap, ...rest });
  const label = { "text-optional": true, "text-justify": "auto", "text-variable-anchor": ["left", "right", "top", "bottom"] };
  const grow = ["interpolate", ["linear"], ["zoom"], 8, 0.72, 10.5, 1];
  const small = ["step", ["zoom"], "", 12.5, shortName()];
  const quiet = { ...label, "text-font": REGULAR, "text-size": 11, "text-radial-offset": 1.1 };
  return [
    layer("dots", "circle", "sections", {
      minzoom: DOTS_FROM, maxzoom: ALL_DISCS_FROM, filter: AS_DOT,
      paint: {
        "circle-color": byClass(CLS, c.classes, c.classes[0]), "circle-radius": ["match", CLS, [4, 5], 4, 3], "circle-stroke-color": c.surface, "circle-stroke-width": 1,
      },
    }),
    ...names(c),
    layer("section-names", "symbol", "sections", {
      filter: ["all", SINGLE, AS_DISC],
      layout: {
        "text-field": sectionText(Date.now() / 1000),
        "text-font": BOLD, "text-size": 12, "text-justify": "auto", "text-padding": 0, "text-max-width": 8,
        "text-variable-anchor-offset": rings(1.6, 2, 2.6), "symbol-sort-key": ["-", 10, CLS],
      },
      paint: { "text-color": c.text, "text-opacity": UNCHOSEN, ...halo(c) },
    }),
    layer("boards", "symbol", "boards", { minzoom: 9.5, layout: icon("board", grow, { "icon-allow-overlap": ["step", ["zoom"], false, 11, true], "text-field": small, ...quiet, visibility: "none" }), paint: { "text-color": c.label, ...halo(c, 1.6) } }),
    layer("intakes", "symbol", "intakes", { minzoom: 7.5, layout: icon("intake", grow, { "text-field": small, ...quiet }), paint: { "text-color": c.label, ...halo(c, 1.6) } }),
    layer("outfalls", "symbol", "outfalls", { minzoom: 7.5, layout: icon(["concat", "outfall|", ["coalesce", ["get", "comp"], "none"]], grow, { "text-field": small, ...quiet, "symbol-sort-key": ["match", ["get", "comp"], "exceeding", 0, 1] }), paint: { "text-color": c.label, ...halo(c, 1.6) } }),
  ];
}

/** The discs of sections lie over everything, and what is selected over them. @param {Palette} c */
function discs(c) {
  const mark = ["step", ["zoom"], ["get", "label"], 12.5, ["case", ["==", ["get", "kind"], "section"], ["get", "label"], ""]];
  return [
    layer("clusters", "symbol", "sections", {
      filter: ["all", ["has", "n"], AS_DISC],
      layout: { "icon-image": clusterIcon(), "icon-allow-overlap": true, "text-allow-overlap": true, "text-field": clusterText(), "text-font": BOLD, "text-size": 12, "text-line-height": 1 },
      paint: { "text-color": byClass(CLS, c.on, c.on[0]) },
    }),
    { id: "selected-halo", type: "circle", source: "selected", filter: SPOT, paint: { "circle-radius": 22, "circle-color": c.accent, "circle-opacity": 0.16 } },
    layer("sections", "symbol", "sections", {
      filter: ["all", SINGLE, AS_DISC],
      layout: { "icon-image": sectionIcon(), "icon-allow-overlap": true, "icon-padding": 0, "symbol-sort-key": CLS },
    }),
    { id: "selected-ring", type: "circle", source: "selected", filter: SPOT, paint: { "circle-radius": 17, "circle-opacity": 0, "circle-stroke-color": c.accent, "circle-stroke-width": 2 } },
    {
      id: "selected-name", type: "symbol", source: "selected", filter: SPOT,
      layout: { "text-field": mark, "text-font": BOLD, "text-size": 13, "text-anchor": "top", "text-offset": [0, 1.7], "text-allow-overlap": true },
      paint: { "text-color": c.text, ...halo(c) },
    },
  ];
}

const empty = { type: "FeatureCollection", features: [] };
const collection = (more = {}) => ({ type: "geojson", data: empty, ...more });

/** Where the tiles are: what a reader may see at all, classes by the newest values or by a month's means. @param {Basemap} options */
export const tilesOf = ({ ledger, basis }) => `${location.origin}/tiles/${ledger ? "all" : "waters"}/{z}/{x}/{y}.mvt${basis === "month" ? "?basis=month" : ""}`;

/** The sources: one of vector tiles, what is selected, the grid; a raster only where one is switched on. @param {Basemap} options */
export function sources(options) {
  const { basemap, attribution, ledger } = options;
  return {
    onemap: { type: "vector", tiles: [tilesOf(options)], minzoom: LEAST_ZOOM, maxzoom: MOST_ZOOM },
    selected: collection(), grid: collection(), names: collection(), ...(ledger ? { chips: collection() } : {}),
    ...(basemap ? { basemap: { type: "raster", tiles: [basemap], tileSize: 256, attribution } } : {}),
  };
}

/**
 * The whole style in the given colours.
 * @param {Palette} c
 * @param {Basemap} options
 * @returns {MapStyle}
 */
export function style(c, options) {
  const { basemap, ledger } = options;
  const of = (/** @type {(c: Palette) => object[]} */ make) => (ledger ? make(c) : []);
  const layers = [...ground(c), ...waters(c), ...borders(c), ...of(tracks), ...points(c), ...laidNames(c), ...of(pins), ...discs(c), ...of(chosenPin)];
  if (basemap) layers.splice(3, 0, { id: "basemap", type: "raster", source: "basemap", layout: { visibility: "none" } });
  // Literals in the layers widen to strings; the pictures of tests/contract hold what is drawn.
  return /** @type {MapStyle} */ (/** @type {unknown} */ ({ version: 8, sources: sources(options), layers }));
}

/** Ground, waters and names alone, for small maps: what stands at the water belongs to the one map. @param {Palette} c @returns {MapStyle} */
export function groundStyle(c) {
  const whole = sources({});
  const layers = [...ground(c), ...waters(c), ...borders(c), ...names(c), ...laidNames(c)].filter((each) => !("source" in each) || each.source !== "selected");
  return /** @type {MapStyle} */ (/** @type {unknown} */ ({ version: 8, sources: { onemap: whole.onemap, grid: whole.grid, names: whole.names }, layers }));
}

/** The layers that each switch of the panel turns on and off. @type {Record<string, string[]>} */
export const SWITCHED = {
  reaches: ["reaches", "reach-none", "reach-worst", "casing", "valley", "network", "canals"],
  lakes: ["lakes", "lake-edge", "lake-worst", "lake-names"],
  sections: ["sections", "section-names", "clusters", "dots"],
  outfalls: ["outfalls"],
  intakes: ["intakes"],
  boards: ["boards"],
  names: ["boundary", "boundary-far", "boundary-own", "river-names", "towns", "seats"],
  basemap: ["basemap"],
  ...LEDGER_SWITCHED,
};
