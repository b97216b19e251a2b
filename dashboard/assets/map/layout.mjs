/* What panels cover of the map, and what of it is left free. */

import { isPhone } from "./palette.mjs";

/* As high as the legend will be, while it isn't there: with its marks where there is room for them (one_map.css). */
const legendPx = () => (matchMedia("(min-width: 1312px)").matches ? 63 : 28);

/**
 * Pixels that panels cover at each side.
 * @param {{page: HTMLElement | null, sheet: {open: boolean, covered: number}, list: {open: boolean}}} shown
 * @returns {Padding}
 */
export function padding({ page, sheet, list }) {
  if (isPhone()) return { left: 0, right: 0, top: 108, bottom: 44 + sheet.covered };
  const folded = page?.classList.contains("mp-folded");
  const drawer = sheet.open && innerWidth >= 1200 ? 424 : 12;
  return { left: (folded ? 60 : 272) + (list.open ? 392 : 0), right: drawer, top: 104, bottom: 24 + (page?.querySelector("#one-map-legend")?.clientHeight || legendPx()) };
}

/**
 * Whether a panel covers the place.
 * @param {{map: WaterMap, box: HTMLElement}} scene
 * @param {Lonlat} place
 * @param {Padding} pad
 */
export function covers(scene, place, pad) {
  const { x, y } = scene.map.project(place);
  return x < pad.left || y < pad.top || x > innerWidth - pad.right || y > scene.box.clientHeight - pad.bottom;
}

/** The box around a shape, in degrees. @param {Shape} shape @returns {Bounds} */
export function boundsOf({ coordinates }) {
  /** @type {Bounds} */
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const take = (/** @type {any} */ part) => { // any: coordinates nest as deep as their shape asks
    if (Array.isArray(part[0])) return part.forEach(take);
    box[0] = Math.min(box[0], part[0]);
    box[1] = Math.min(box[1], part[1]);
    box[2] = Math.max(box[2], part[0]);
    box[3] = Math.max(box[3], part[1]);
    return null;
  };
  take(coordinates);
  return box;
}
