// The ledger's list in the browser: what is asked for lives in the address; cells are drawn here.
(() => {
  const PICKS = ["river", "status", "category", "severity", "light", "unit", "source"];
  const page = () => document.getElementById("ledger-page");
  const nothing = () => window.dash_clientside.no_update;
  const set = (/** @type {string} */ id, /** @type {Facts} */ props) => window.dash_clientside.set_props(id, props);
  /** Whether a change of what is asked for called, perhaps beside others. */
  const isAnew = () => window.dash_clientside.callback_context.triggered.some(({ prop_id: name }) => name === "ledger-asked.data");

  // The address: the filters' query string and the order.
  let query = "";
  /** @type {string | null} */
  let order = null;
  const remember = () => {
    const parts = new URLSearchParams(query);
    if (order) parts.set("sort", order);
    const whole = parts.toString();
    if (location.pathname === "/ledger") {
      history.replaceState(history.state, "", whole ? `/ledger?${whole}` : "/ledger");
    }
    set("ledger-export", { href: `/api/v1/problems.xlsx${whole ? `?${whole}` : ""}` });
  };

  const fill = (/** @type {string} */ template, /** @type {Facts} */ values) => template.replace(/\{(\w+)\}/g, (_all, key) => String(values[key] ?? ""));
  /** @param {string} key @param {string[]} chosen @param {{labels: Words, values: Record<string, Words>, one: string, many: string}} words */
  const tell = (key, chosen, words) => {
    const label = words.labels[key];
    const named = chosen.map((one) => words.values[key][one] ?? one);
    let said = label;
    if (named.length === 1) said = fill(words.one, { filter: label, values: named[0] });
    if (named.length > 1) {
      const values = fill(words.many, { first: named[0], n: named.length });
      said = fill(words.one, { filter: label, values });
    }
    set(`ledger-label-${key}`, { children: said });
    set(`ledger-pill-${key}`, { className: chosen.length ? "om-pill on" : "om-pill" });
  };

  // What the callback was given, by the id of whose it is.
  const given = () => {
    const { inputs_list: inputs, states_list: states } = window.dash_clientside.callback_context;
    return Object.fromEntries([...inputs, ...states].map(({ id, value }) => [id, value]));
  };

  const compose = () => {
    const values = given();
    const { "ledger-view-now": view, "ledger-search": search, "ledger-kept": kept, "ledger-words": words } = values;
    const parts = new URLSearchParams();
    if (view && view !== "open") parts.set("view", view);
    if (search?.trim()) parts.set("q", search.trim());
    for (const key of PICKS) {
      const chosen = values[`ledger-pick-${key}`] ?? [];
      for (const one of chosen) parts.append(key, one);
      tell(key, chosen, words);
    }
    for (const [key, values] of Object.entries(kept ?? {})) {
      for (const one of values) parts.append(key, one);
    }
    for (const tab of document.querySelectorAll(".lg-tablist > button")) {
      const on = JSON.parse(/** @type {HTMLElement} */ (tab).dataset.pressed ?? "{}").view === view;
      tab.classList.toggle("on", on);
      tab.setAttribute("aria-pressed", String(on));
      if (on) reach(/** @type {HTMLElement} */ (tab));
    }
    showAsked(view === "extension");
    query = parts.toString();
    begin();
    remember();
    return query === new URLSearchParams(values["ledger-asked"]).toString() ? nothing() : query;
  };

  // On a phone the strip of tabs is wider than the window: the chosen tab is brought into it.
  const reach = (/** @type {HTMLElement} */ tab) => {
    const strip = /** @type {HTMLElement | null} */ (tab.closest(".lg-tabs"));
    if (!strip) return;
    const [inner, outer] = [tab.getBoundingClientRect(), strip.getBoundingClientRect()];
    if (inner.left < outer.left || inner.right > outer.right) strip.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
  };

  // What a unit asks for stands in a column of its own, under the tab of such requests.
  const showAsked = async (/** @type {boolean} */ isShown) => {
    const api = await window.dash_ag_grid?.getApiAsync("ledger-grid");
    if (api?.getColumn("asked")?.isVisible() === !isShown) api.setColumnsVisible(["asked"], isShown);
  };

  const turn = (/** @type {{view: string}} */ { view }) => view;

  /** @param {{filter: string}} pressed nothing for all filters @param {Record<string, string[]>} kept */
  const drop = ({ filter }, kept) => {
    if (!filter) {
      for (const key of PICKS) set(`ledger-pick-${key}`, { value: [] });
      set("ledger-search", { value: "" });
      return {};
    }
    if (PICKS.includes(filter)) {
      set(`ledger-pick-${filter}`, { value: [] });
      return nothing();
    }
    const { [filter]: _dropped, ...others } = kept;
    return others;
  };

  // The grid: asked again from the first row, or for what it shows when something has changed.
  const grid = () => (document.getElementById("ledger-grid") ? window.dash_ag_grid?.getApi("ledger-grid") : null);
  const refresh = () => {
    const changed = !isAnew();
    const byOthers = changed && live;
    if (changed) live = false;
    const api = grid();
    if (!api) return nothing();
    if (changed) {
      api.refreshInfiniteCache();
      return byOthers ? nothing() : true;
    }
    api.purgeInfiniteCache();
    if (api.getDisplayedRowCount()) api.ensureIndexVisible(0, "top");
    return true;
  };

  /** @typedef {{sortModel?: {sort: string, colId: string}[], failCallback?: () => void}} RowsRequest AG Grid's */
  /** @type {RowsRequest | null} */
  let lastRequest = null;
  const sorted = (/** @type {RowsRequest | null} */ request) => {
    lastRequest = request;
    const model = request?.sortModel?.[0];
    const next = model ? `${model.sort === "desc" ? "-" : ""}${model.colId}` : null;
    order = next === "due" ? null : next;
    remember();
    return nothing();
  };

  const columns = async (/** @type {string[]} */ shown) => {
    const api = await window.dash_ag_grid?.getApiAsync("ledger-grid");
    for (const column of api?.getColumns() ?? []) {
      const name = column.getColId();
      if (!["number", "asked"].includes(name) && !name.startsWith("ag-Grid")) api.setColumnsVisible([name], shown.includes(name));
    }
    return nothing();
  };

  const unchoose = () => true;

  /** How many cards a phone shows, by the last press of "more"; nothing for the first ones of another question. @param {{shown: number}} pressed */
  const more = (pressed) => (isAnew() ? null : pressed.shown);

  // While the page is open: what width it has, and what the server tells of the ledger.
  const PHONE = matchMedia("(max-width: 767px)");
  const width = () => page() && set("ledger-narrow", { data: PHONE.matches });
  PHONE.addEventListener("change", width);

  const WAIT_MS = 1500;
  // Whose doing a change is: what others did leaves the choice of rows alone.
  let live = false;
  const changed = () => {
    live = true;
    set("ledger-changed", { data: Date.now() });
  };

  // What the server did not answer is asked for again.
  const ROWS = "ledger-grid.getRowsResponse";
  const READ = [ROWS, "ledger-cards.children", "ledger-summary.children"];
  /** @type {import("./again.mjs").Again | undefined} */
  let again;
  /** @type {string[]} */
  let missing = [];
  const readAgain = () => {
    page()?.classList.toggle("lg-unread", missing.length > 0);
    if (missing.length) again?.later();
    else again?.rest();
  };
  addEventListener("onemap:unread", ({ detail }) => {
    missing = detail.filter((output) => READ.some((read) => output.includes(read)));
    // The grid asks one question at a time: it would wait for that answer for good.
    if (missing.some((output) => output.includes(ROWS))) lastRequest?.failCallback?.();
    readAgain();
  });

  /** @type {HTMLElement | null} */
  let shown = null;
  const begin = () => {
    const now = page();
    if (!now || shown === now) return;
    shown = now;
    order = new URLSearchParams(location.search).get("sort");
    const coming = window.onemapPlace.coming(); // the frame saw the way back before Dash drew this page
    if (coming) set("ledger-shown", { data: coming.list.length });
    width();
    import("/assets/ledger/follow.mjs").then(({ follow }) => follow(now, changed, WAIT_MS));
    import("/assets/ledger/again.mjs").then(({ Again }) => {
      again ??= new Again(() => page() && changed());
      readAgain();
    });
  };

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    onemap_ledger: { columns, compose, drop, more, refresh, sorted, turn, unchoose },
  });

  // Cells: text through React only. A row that is still on its way has no data.
  const make = (/** @type {unknown[]} */ ...given) => window.React.createElement(...given);
  /** @param {(row: any) => unknown} draw any: a row as dashboard/ledger/rows.py makes it */
  const cell = (draw) => (/** @type {{data?: any}} */ props) => (props.data ? draw(props.data) : null);
  const opener = (/** @type {string} */ href, /** @type {unknown} */ words) => make("a", { href, className: "lg-number", "data-row-open": "" }, words);
  const bars = (/** @type {number} */ count) =>
    make("span", { className: "lg-bars", "aria-hidden": true }, ...Array.from({ length: count }, (_none, at) => make("i", { key: at })));

  // The box in the head chooses what is loaded, from the top, as far as one step may reach.
  /** @param {any} props any: AG Grid's of a header, with the label and how many at most */
  const chooseAll = ({ api, label, most }) => {
    const [standing, turn] = window.React.useState("none");
    const loaded = () => {
      /** @type {any[]} any: AG Grid's nodes */
      const nodes = [];
      api.forEachNode((/** @type {any} */ node) => node.data && nodes.push(node)); // any: AG Grid's node
      return nodes.slice(0, most);
    };
    window.React.useEffect(() => {
      const look = () => {
        const nodes = loaded();
        const chosen = nodes.filter((node) => node.isSelected()).length;
        turn(chosen === 0 ? "none" : chosen === nodes.length ? "all" : "some");
      };
      for (const name of ["selectionChanged", "modelUpdated"]) api.addEventListener(name, look);
      return () => {
        if (api.isDestroyed()) return;
        for (const name of ["selectionChanged", "modelUpdated"]) api.removeEventListener(name, look);
      };
    }, [api]);
    return make("input", {
      type: "checkbox",
      className: "lg-all",
      "aria-label": label,
      title: label,
      checked: standing === "all",
      ref: (/** @type {HTMLInputElement | null} */ box) => {
        if (box) box.indeterminate = standing === "some";
      },
      onChange: () => {
        if (standing === "all") api.deselectAll();
        else api.setNodesSelected({ nodes: loaded(), newValue: true });
      },
    });
  };

  window.dashAgGridComponentFunctions = Object.assign(window.dashAgGridComponentFunctions ?? {}, {
    LedgerAll: chooseAll,
    LedgerNumber: cell((row) => opener(row.href, row.number)),
    LedgerPlace: cell((row) => make("span", { className: "lg-place", title: row.place }, row.place)),
    LedgerWhat: cell((row) =>
      make(
        "span",
        { className: "lg-cell", title: `${row.group} ${row.what}` },
        make("b", { className: "lg-group" }, row.group),
        make("span", { className: "t2" }, row.what),
      ),
    ),
    LedgerSeverity: cell((row) => make("span", { className: "lg-severity" }, row.severity, bars(row.bars))),
    LedgerStatus: cell((row) => make("span", { className: row.tag }, row.status)),
    LedgerDeadline: cell((row) => make("span", { className: row.light }, row.deadline)),
    LedgerAsked: cell((row) => (row.asked ? make("span", { className: "lg-cell", title: `${row.asked} ${row.why}` }, make("b", { className: "lg-group" }, row.asked), make("span", { className: "t2" }, row.why)) : null)),
    LedgerLast: cell((row) =>
      make(
        "span",
        { className: "lg-last" },
        make("span", { title: `${row.last} ${row.at}` }, row.last),
        make("span", { className: "t3 fs12" }, row.at),
        make(
          "span",
          { className: "lg-acts" },
          row.next ? make("a", { href: `${row.href}#${row.step}`, className: "btn s p", "data-go": "" }, row.next) : null,
          make("a", { href: row.map, className: "ib", "aria-label": row.place }, make("span", { className: "ic ic-pin" })),
        ),
      ),
    ),
  });
})();
