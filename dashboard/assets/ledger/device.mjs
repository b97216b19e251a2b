/* The place of the device in a form: the answer to the last press counts, unless another place was chosen since or the form was left. */

import { say } from "./send.mjs";

/** Asks the device for its place; rejects when it gives none. @returns {Promise<GeolocationCoordinates>} */
function locate() {
  return new Promise((told, refused) => {
    if (!navigator.geolocation) return refused(new Error("no geolocation"));
    const options = { enableHighAccuracy: true, timeout: 20000, maximumAge: 10000 };
    return navigator.geolocation.getCurrentPosition(({ coords }) => told(coords), refused, options);
  });
}

export class Device {
  /** @param {HTMLElement} line says how it stands, beside the form's place @param {Words} words @param {(coords: GeolocationCoordinates) => void} found */
  constructor(line, words, found) {
    this.line = line;
    this.words = words;
    this.found = found;
    this.nth = 0;
  }

  async ask() {
    const own = (this.nth += 1);
    this.line.textContent = say(this.words, "locating");
    const coords = await locate().catch(() => null);
    if (own !== this.nth || !this.line.isConnected) return;
    this.line.textContent = coords ? "" : say(this.words, "no_place");
    if (coords) this.found(coords);
  }

  /** A place was chosen: what the device says of an earlier press is of no use any more. */
  drop() {
    this.nth += 1;
    this.line.textContent = "";
  }
}
