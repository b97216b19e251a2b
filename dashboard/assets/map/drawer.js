/* The drawer in the browser: colours of charts, zoom, pictures, links between things, focus. */
(function () {
  "use strict";
  const CHART = "one-map-drawer-chart-";
  /** @typedef {{data: object[], layout: any, failed?: boolean, empty?: boolean, words: Words, name?: string}} Figure any: a layout is plotly's own */
  const shows = () => /** @type {HTMLElement | null} */ (document.querySelector(".dw"))?.dataset.shows ?? "";
  const skip = () => window.dash_clientside.no_update;

  /** A copy in which every var(--name) is the colour that the page shows now. @param {any} part @param {CSSStyleDeclaration} styles @returns {any} any: a figure's parts are of every kind */
  function coloured(part, styles) {
    if (typeof part === "string") {
      const name = /^var\((--[\w-]+)\)$/.exec(part);
      return name ? styles.getPropertyValue(name[1]).trim() : part;
    }
    if (Array.isArray(part)) return part.map((each) => coloured(each, styles));
    if (part && typeof part === "object") {
      return Object.fromEntries(Object.entries(part).map(([key, each]) => [key, coloured(each, styles)]));
    }
    return part;
  }

  /** @param {Figure | null} figure */
  function paint(figure) {
    if (!figure) return [skip(), skip()];
    if (figure.failed) return [skip(), "dw-plot failed"];
    const styles = getComputedStyle(document.documentElement);
    const painted = coloured({ data: figure.data, layout: figure.layout }, styles);
    if (matchMedia("(pointer: coarse)").matches) painted.layout.dragmode = false;
    if (figure.empty) {
      painted.layout.annotations.push({
        text: figure.words.empty, xref: "paper", yref: "paper", x: 0.5, y: 0.5,
        showarrow: false, font: { size: 12, color: styles.getPropertyValue("--om-text-2").trim() },
      });
    }
    return [painted, "dw-plot drawn"];
  }

  /** @param {Record<string, unknown> | null} change @param {string} parameter @param {number} days */
  function zoomed(change, parameter, days) {
    if (!change) return skip();
    if (change["xaxis.autorange"]) return null;
    const from = change["xaxis.range[0]"];
    const to = change["xaxis.range[1]"];
    if (!from || !to) return skip();
    const plain = (/** @type {unknown} */ text) => String(text).slice(0, 19);
    return { from: plain(from), to: plain(to), of: `${parameter}/${days}` };
  }

  /** @param {Record<string, unknown>} id */
  function graph(id) {
    const frame = document.getElementById(JSON.stringify(id, Object.keys(id).sort()));
    return /** @type {Figure & Element | null | undefined} */ (frame?.querySelector(".js-plotly-plot"));
  }

  /** @param {number | null} clicks @param {Figure | null} figure @param {Record<string, unknown>} id */
  async function picture(clicks, figure, id) {
    const plot = clicks && graph(id);
    if (!plot || !window.Plotly) return skip();
    const styles = getComputedStyle(document.documentElement);
    const layout = { ...plot.layout, paper_bgcolor: styles.getPropertyValue("--om-surface").trim() };
    const made = { data: plot.data, layout };
    const url = await window.Plotly.toImage(made, { format: "png", width: 960, height: 420, scale: 2 });
    const link = document.createElement("a");
    link.href = url;
    link.download = `${(figure && figure.name) || "chart"}.png`;
    link.click();
    return String(clicks);
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.one_map_drawer = { paint, zoomed, picture };

  /* The scheme changed: every chart on the page is painted again. */
  window.addEventListener("onemap:theme", (event) => {
    for (const node of document.querySelectorAll(`[id*="${CHART}graph"]`)) {
      const id = JSON.parse(node.id);
      window.dash_clientside.set_props({ ...id, type: `${CHART}theme` }, { data: event.detail });
    }
  });

  /* A line that names another thing opens it. */
  document.addEventListener("click", (event) => {
    const line = /** @type {HTMLElement | null | undefined} */ (/** @type {Element} */ (event.target).closest?.("[data-select-kind]"));
    if (!line) return;
    const thing = { kind: line.dataset.selectKind, id: Number(line.dataset.selectId) };
    window.dash_clientside.set_props("one-map-selection", { data: thing });
  });

  /* New readings of what is shown: read it again, quietly. */
  document.addEventListener("onemap:change", (event) => {
    const shown = shows();
    const [kind, id] = shown.split(":");
    const changed = (event.detail.stations ?? []).some((each) => each.id === Number(id));
    if (!changed || !["section", "outfall", "intake"].includes(kind)) return;
    const again = { index: shown, type: "one-map-drawer-again" };
    window.dash_clientside.set_props(again, { data: { kind, id: Number(id), at: Date.now() } });
    for (const node of document.querySelectorAll(`[id*="${CHART}retry"]`)) {
      window.dash_clientside.set_props(JSON.parse(node.id), { n_clicks: Date.now() });
    }
  });

  /* A step in the ledger: what a drawer tells of it is read again, the rest of it stays. */
  document.addEventListener("onemap:ledger", (event) => {
    const shown = shows();
    const [kind, id] = shown.split(":");
    const thing = { kind, id: Number(id), at: Date.now() };
    if (kind === "problem") {
      const told = [...(event.detail.problems ?? []).map((each) => each.id), ...(event.detail.gone ?? [])];
      if (told.includes(thing.id)) window.dash_clientside.set_props("one-map-selection", { data: thing });
    } else if (document.querySelector(`[id*="one-map-drawer-ledger"]`)) {
      window.dash_clientside.set_props({ index: shown, type: "one-map-drawer-steps" }, { data: thing });
    }
  });

  /* Opened by keyboard, the drawer takes the focus; closed, it gives it back. */
  let keyboard = false;
  /** @type {HTMLElement | null} */
  let before = null;
  addEventListener("keydown", (event) => { keyboard = event.key === "Enter" || event.key === " "; }, true);
  addEventListener("pointerdown", () => { keyboard = false; }, true);
  let shown = "";
  new MutationObserver(() => {
    const now = shows();
    if (now === shown) return;
    if (now && keyboard) {
      if (!shown) before = /** @type {HTMLElement | null} */ (document.activeElement);
      /** @type {HTMLElement | null} */ (document.querySelector(".dw h2"))?.focus({ preventScroll: true });
    } else if (!now && before) {
      const kept = before !== document.body && document.contains(before) && before.offsetParent;
      const at = document.activeElement ?? document.body; // somebody may have gone on with the keyboard since
      if (at === document.body || at.closest("#one-map-drawer-frame")) (kept ? before : /** @type {HTMLElement | null} */ (document.querySelector(".maplibregl-canvas")))?.focus({ preventScroll: true });
      before = null;
    }
    shown = now;
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
