// The filters of the stations page live in the address, so that a link finds the same rows.
(() => {
  const remember = (/** @type {string} */ search, /** @type {string} */ kind) => {
    const asked = new URLSearchParams();
    if (search) asked.set("q", search);
    if (kind && kind !== "none") asked.set("kind", kind);
    const query = asked.toString();
    history.replaceState(history.state, "", location.pathname + (query ? `?${query}` : ""));
    return window.dash_clientside.no_update;
  };

  // Nothing can be confirmed until the place typed last has been shown; typing is let finish first.
  const WAIT_MS = 350;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {((value: unknown) => void) | null} */
  let answer = null;
  /** @type {{id: number} | null} */
  let opened = null;
  /** @param {string} crs @param {string} lon @param {string} lat @param {{id: number} | null} chosen */
  const ask = (crs, lon, lat, chosen) => {
    const { no_update: nothing, set_props: set } = window.dash_clientside;
    set("stations-save", { disabled: true });
    clearTimeout(timer);
    answer?.(nothing);
    const wait = chosen === opened ? WAIT_MS : 0;
    opened = chosen;
    return new Promise((told) => {
      answer = told;
      timer = setTimeout(told, wait, { crs, lon, lat, id: chosen?.id ?? null });
    });
  };
  // A row that is cleared is left out when the form is tried or saved.
  const clear = () => ["", null, "", ""];
  /** A module of another room. @param {string} name @returns {Promise<any>} any: it has functions of its own */
  const load = (name) => import(`/assets/${name}.mjs`);

  // The small map of the form: a click or a drag of the pin fills in the coordinates.
  /** @type {{box: HTMLElement, ground: string, map: Promise<{map: WaterMap, set: (lon: number, lat: number, look?: boolean) => void}>} | null} */
  let shown = null;
  let pinned = "";
  const degrees = (/** @type {number} */ value) => value.toFixed(6);
  const place = (/** @type {number} */ lon, /** @type {number} */ lat) => {
    pinned = `${degrees(lon)},${degrees(lat)}`;
    const { set_props: set } = window.dash_clientside;
    set("stations-field-crs", { value: "EPSG:4490" });
    set("stations-field-lon", { value: degrees(lon) });
    set("stations-field-lat", { value: degrees(lat) });
  };
  const bring = async (/** @type {HTMLElement} */ box, /** @type {string} */ ground) => {
    const { bounds, label, lon, lat } = JSON.parse(ground);
    const [west, south, east, north] = bounds ?? [73, 18, 135, 53];
    const { chooser } = await load("ledger/spot");
    const made = await chooser(box, { center: [(west + east) / 2, (south + north) / 2], zoom: 8, label, chosen: place });
    if (lon !== null) {
      pinned = `${degrees(lon)},${degrees(lat)}`;
      made.set(lon, lat);
    } else if (bounds) made.map.fitBounds([[west, south], [east, north]], { padding: 12, duration: 0 });
    return made;
  };
  const follow = () => {
    const box = /** @type {HTMLElement | null} */ (document.querySelector("#stations-map[data-ground]"));
    const ground = box?.dataset.ground ?? "";
    if (shown && (shown.box !== box || shown.ground !== ground)) {
      shown.box.replaceChildren(); // the map goes with it
      shown = null;
      pinned = "";
    }
    if (!box) return;
    shown ??= { box, ground, map: bring(box, ground) };
    const { lon, lat } = /** @type {HTMLElement | null} */ (document.querySelector(".st-preview[data-lon]"))?.dataset ?? {};
    if (!lon || !lat || `${lon},${lat}` === pinned) return;
    pinned = `${lon},${lat}`;
    shown.map.then(({ set }) => set(Number(lon), Number(lat)));
  };
  new MutationObserver(follow).observe(document.documentElement, {
    childList: true, subtree: true, attributes: true, attributeFilter: ["data-ground", "data-lon", "data-lat"],
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    onemap_stations: { ask, clear, remember },
  });
})();
