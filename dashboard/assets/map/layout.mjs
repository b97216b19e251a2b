/* What panels cover of the map, and what of it is left free. */

import { isPhone } from "./palette.mjs";

/**
 * Pixels that panels cover at each side.
 * @param {{page: HTMLElement | null, sheet: {open: boolean, covered: number}, list: {open: boolean}}} shown
 * @returns {Padding}
 */
export function padding({ page, sheet, list }) {
  if (isPhone()) return { left: 0, right: 0, top: 108, bottom: 44 + sheet.covered };
  const folded = page?.classList.contains("mp-folded");
  const drawer = sheet.open && innerWidth >= 1200 ? 424 : 12;
  return { left: (folded ? 60 : 272) + (list.open ? 392 : 0), right: drawer, top: 104, bottom: 52 };
}

/**
 * Whether a panel covers the place.
 * @param {{map: WaterMap, box: HTMLElement}} scene
 * @param {PointFeature} feature
 * @param {Padding} pad
 */
export function covers(scene, feature, pad) {
  const { x, y } = scene.map.project(feature.geometry.coordinates);
  return x < pad.left || y < pad.top || x > innerWidth - pad.right || y > scene.box.clientHeight - pad.bottom;
}
