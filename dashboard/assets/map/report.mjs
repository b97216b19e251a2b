/* Reporting by a click on the map: the next click, or Enter in the middle, is the problem's place. */

import { reachOf } from "./selection.mjs";
import { say } from "./words.mjs";

const WITHIN_PX = 14;

export class Reporting {
  /** @param {WaterMap} map */
  constructor(map) {
    this.map = map;
    /** @type {HTMLElement | null} */
    this.page = null;
  }

  get on() {
    return Boolean(this.page?.classList.contains("mp-reporting"));
  }

  /** @param {HTMLElement} page */
  enter(page) {
    this.page = page;
  }

  /** The map waits for a place, or no longer does. @param {boolean} on */
  turn(on) {
    if (!this.page) return;
    this.page.classList.toggle("mp-reporting", on);
    for (const each of this.page.querySelectorAll("[data-map-action=report]")) each.setAttribute("aria-pressed", String(on));
    const hint = /** @type {HTMLElement | null} */ (this.page.querySelector("#one-map-report-hint"));
    if (hint) {
      hint.hidden = !on;
      hint.textContent = on ? say("report_hint") : "";
    }
    if (on) this.map.getCanvas().focus({ preventScroll: true });
  }

  /** The form opens with the place, and with the reach that lies there. @param {LngLat} place @param {{x: number, y: number}} point */
  take({ lng, lat }, point) {
    this.turn(false);
    /** @type {[Lonlat, Lonlat]} */
    const box = [[point.x - WITHIN_PX, point.y - WITHIN_PX], [point.x + WITHIN_PX, point.y + WITHIN_PX]];
    const [line] = this.map.queryRenderedFeatures(box, { layers: ["reaches", "reach-none", "canals"] });
    const reach = line ? reachOf(line) : null;
    const parts = { lon: lng.toFixed(6), lat: lat.toFixed(6), ...(reach ? { reach: String(reach) } : {}) };
    location.assign(`/ledger/report?${new URLSearchParams(parts)}`);
  }

  takeMiddle() {
    const centre = this.map.getCenter();
    this.take(centre, this.map.project(centre));
  }
}
