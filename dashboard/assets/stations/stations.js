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
  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    onemap_stations: { ask, clear, remember },
  });
})();
