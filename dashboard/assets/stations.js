// The filters of the stations page live in the address, so that a link finds the same rows.
(() => {
  const remember = (search, kind) => {
    const asked = new URLSearchParams();
    if (search) asked.set("q", search);
    if (kind && kind !== "none") asked.set("kind", kind);
    const query = asked.toString();
    history.replaceState(history.state, "", location.pathname + (query ? `?${query}` : ""));
    return window.dash_clientside.no_update;
  };
  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    onemap_stations: { remember },
  });
})();
