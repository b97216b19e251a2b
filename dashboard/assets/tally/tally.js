// The tally's search: what is typed goes into the address, and the page is read for it.
(() => {
  /** @param {string | null} typed @param {Record<string, string | string[]>} chosen */
  const find = (typed, chosen) => {
    const q = (typed ?? "").trim();
    if (q === (chosen.q ?? "")) return window.dash_clientside.no_update;
    const now = { ...chosen, q, page: "" };
    const parts = new URLSearchParams();
    for (const [name, value] of Object.entries(now)) if (value && typeof value === "string") parts.set(name, value);
    if (location.pathname === "/accounting") history.replaceState(history.state, "", parts.size ? `/accounting?${parts}` : "/accounting");
    return now;
  };
  window.dash_clientside = Object.assign({}, window.dash_clientside, { onemap_tally: { find } });
})();
