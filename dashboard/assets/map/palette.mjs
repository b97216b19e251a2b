/* Colours and type of the map, read from the design tokens of the theme in force. */

import { inEnglish } from "./words.mjs";

const NAMES = [
  "land", "out", "boundary", "halo", "water", "canal", "valley", "label", "grid", "casing",
].map((name) => [name, `--om-map-${name}`]);

const OTHERS = [
  ["surface", "--om-surface"], ["text", "--om-text"], ["text2", "--om-text-2"],
  ["accent", "--om-accent"], ["track", "--om-track"], ["pinLine", "--om-pin-line"], ["pinBody", "--om-pin-body"],
];

export const NUMERALS = ["–", "Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ", inEnglish() ? ">Ⅴ" : "劣Ⅴ"];

/**
 * Opaque, for a translucent line shows its own bends.
 * @param {string} over
 * @param {string} under
 * @param {number} share
 */
export function mixed(over, under, share) {
  const part = (/** @type {string} */ colour, /** @type {number} */ at) => parseInt(colour.slice(at, at + 2), 16);
  const blend = [1, 3, 5].map((at) => Math.round(part(over, at) * share + part(under, at) * (1 - share)));
  return `rgb(${blend.join(",")})`;
}

/** The colours in force now; `classes[0]` is grey, `on` the text colour upon each. @returns {Palette} */
export function palette() {
  const styles = getComputedStyle(document.documentElement);
  const read = (/** @type {string} */ name) => styles.getPropertyValue(name).trim();
  const found = /** @type {Palette} */ (/** @type {unknown} */ (Object.fromEntries([...NAMES, ...OTHERS].map(([key, name]) => [key, read(name)]))));
  const keys = ["none", 1, 2, 3, 4, 5, 6];
  found.classes = keys.map((key) => read(`--om-class-${key}`));
  found.on = keys.map((key) => read(`--om-class-${key}-on`));
  const light = (/** @type {string} */ name) => read(`--om-light-${name}-fill`);
  found.lights = { green: light("green"), amber: light("amber"), red: light("red"), none: read("--om-text-3") };
  found.red = read("--om-light-red");
  found.onRed = "#ffffff";
  found.chosen = mixed(found.accent, found.land, 0.4);
  found.font = read("--om-font") || "sans-serif";
  return found;
}

/** Paints the map in the colours of each theme from now on; answers what ends it. @param {WaterMap} map @param {() => MapStyle["layers"]} layers in the theme in force @param {() => void} [also] */
export function followTheme(map, layers, also = () => {}) {
  let isStyled = false;
  let isLate = false; // the theme changed while the map was being made, which takes no colours then
  const paint = () => {
    isLate = !isStyled;
    if (isLate) return;
    for (const { id, paint: colours } of layers()) {
      if (!map.getLayer(id)) continue;
      for (const [name, value] of Object.entries(colours ?? {})) map.setPaintProperty(id, /** @type {any} */ (name), value); // any: the name is of the layer's own kind
    }
    also();
  };
  map.once("style.load", () => {
    isStyled = true;
    if (isLate) paint();
  });
  const seen = new MutationObserver(paint);
  seen.observe(document.documentElement, { attributes: true, attributeFilter: ["data-mantine-color-scheme"] });
  return () => seen.disconnect();
}

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
export const isPhone = () => matchMedia("(max-width: 767px)").matches;
