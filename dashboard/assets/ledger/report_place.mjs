/* Where a reported problem lies: marked, typed or the device's place; the server says where that is, and the one chosen last counts. */

import { element } from "../map/words.mjs";
import { Again } from "./again.mjs";
import { Device } from "./device.mjs";
import { onceGone } from "./gone.mjs";
import { say } from "./send.mjs";
import { chooser, mirror } from "./spot.mjs";

const PATIENCE_MS = 4000;

export class ReportPlace {
  /** @param {ReportForm} told @param {{chosen: () => void, named: () => void}} form what it does once another place is chosen, and once the server has named one or could not be asked */
  constructor(told, { chosen, named }) {
    this.told = told;
    this.words = told.words;
    this.whenChosen = chosen;
    this.whenNamed = named;
    this.nth = 0;
    /** @type {Facts | null} as it was chosen */
    this.place = null;
    this.where = "";
    this.chosen = false;
    /** @type {Placed | null} as the server names it; nothing can be sent without */
    this.spot = null;
    /** @type {"" | "asking" | "unasked"} whether the server has still to say where the place is, or couldn't be asked */
    this.state = "";
    /** @type {(() => void)[]} */
    this.waiting = [];
    this.again = new Again(() => this.stage.isConnected && this.send());
    this.stage = element("div", { class: "rp-map" });
    this.status = element("p", { class: "pd-said", role: "status" });
    this.located = element("p", { class: "pd-device", role: "status" });
    this.preview = mirror(/** @type {HTMLElement} */ (document.getElementById("report-preview")));
    this.device = new Device(this.located, this.words, ({ longitude, latitude, accuracy }) => this.ask({ x: longitude, y: latitude, crs: "EPSG:4326", accuracy_m: Math.min(10000, accuracy) }));
  }

  /** Goes on with the place of a draft. @param {Facts} place @param {string} where */
  restore(place, where) {
    this.place = place;
    this.where = where;
    this.ask(place);
  }

  /** The place of the address, unless there is one of a draft or one chosen already; then the map, which may take long or never come. */
  async begin() {
    const [west, south, east, north] = this.told.bounds ?? [73, 18, 135, 53];
    const { lon, lat } = this.told.asked;
    const asked = lon !== "" && lat !== "" && Number.isFinite(Number(lon)) && Number.isFinite(Number(lat));
    onceGone(this.stage, () => {
      this.again.rest();
      clearTimeout(this.patience);
      if (this.map && window.onemap_report_map === this.map.map) window.onemap_report_map = undefined;
    });
    if (asked && !this.place) this.ask({ x: Number(lon), y: Number(lat), crs: "EPSG:4490" }, false);
    this.map = await chooser(this.stage, {
      center: [(west + east) / 2, (south + north) / 2], zoom: 8, label: say(this.words, "map"),
      chosen: (/** @type {number} */ x, /** @type {number} */ y) => this.ask({ x, y, crs: "EPSG:4490" }),
    });
    if (!this.stage.isConnected) return;
    const { map } = this.map;
    window.onemap_report_map = map;
    if (this.spot) this.map.set(this.spot.lon, this.spot.lat);
    else if (!this.place) map.fitBounds([[west, south], [east, north]], { padding: 16, duration: 0 });
  }

  /** The server says where that is; until it has, nothing can be sent. @param {Facts} place @param {boolean} [byHand] */
  ask(place, byHand = true) {
    this.device.drop();
    this.chosen ||= byHand;
    if (place !== this.place) this.where = "";
    this.place = place;
    this.status.textContent = "";
    this.again.rest();
    this.send();
  }

  /** Asks where the place is. */
  send() {
    this.nth += 1;
    this.spot = null;
    this.state = "asking";
    this.preview.ariaBusy = "true";
    clearTimeout(this.patience);
    this.patience = setTimeout(() => this.giveUp(), PATIENCE_MS);
    this.whenChosen();
    window.dash_clientside.set_props("report-typed", { data: { ...this.place, nth: this.nth } });
    if (!navigator.onLine) this.giveUp();
  }

  /** No answer came: what is shown belongs to another place, so it goes; an answer that comes late still counts, and it is asked again by itself. */
  giveUp() {
    this.state = "unasked";
    this.preview.hidden = true;
    const said = say(this.words, "place_unasked");
    if (this.status.textContent !== said) this.status.textContent = said;
    this.again.later();
    this.answered();
  }

  answered() {
    clearTimeout(this.patience);
    this.preview.ariaBusy = null;
    for (const done of this.waiting.splice(0)) done();
    this.whenNamed();
  }

  /** Once the server has said where the place is, or couldn't be asked once more. @returns {Promise<void>} */
  async settled() {
    if (this.state === "unasked" && this.place) {
      this.again.stop();
      this.send();
    }
    if (this.state === "asking") {
      this.status.textContent = say(this.words, "place_asking");
      await new Promise((done) => this.waiting.push(() => done(undefined)));
    }
  }

  /** @param {Placed | null} spot */
  placed(spot) {
    if (!spot || spot.nth !== this.nth || !this.stage.isConnected) return;
    this.spot = spot.ok ? spot : null;
    this.where = "";
    if (spot.ok) {
      const { x, y, crs, accuracy_m: accuracy, lon, lat } = spot;
      this.place = { x, y, crs, accuracy_m: accuracy };
      this.where = spot.words;
      this.map?.set(lon, lat);
    }
    this.again.rest();
    this.status.textContent = "";
    this.state = "";
    this.preview.hidden = false;
    this.answered();
  }
}
