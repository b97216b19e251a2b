/* Data review: filters and the picked value live in the address; verdicts by button or key. */
(function () {
  "use strict";
  /** @typedef {HTMLInputElement & HTMLButtonElement} Part stands for every kind of element that the page has under its ids */
  const one = (/** @type {string} */ id) => /** @type {Part} */ (document.getElementById(id));
  const all = (/** @type {string} */ what) => [.../** @type {NodeListOf<Part>} */ (document.querySelectorAll(what))];
  const first = (/** @type {string} */ what) => /** @type {HTMLElement | null} */ (document.querySelector(what));
  const keyOf = (/** @type {HTMLElement} */ row) => row.dataset.qualityKey ?? "";
  const set = (/** @type {string} */ id, /** @type {Facts} */ props) => window.dash_clientside.set_props(id, props);
  const page = () => one("quality-page");
  const rows = () => all("#quality-body tr[data-quality-key]");
  /** The words under a key of an element's own, with their named holes filled. @param {HTMLElement} of @param {string} key @param {Facts} [facts] */
  const say = (of, key, facts = {}) =>
    JSON.parse(of.dataset.words ?? "{}")[key].replace(/\{(\w+)\}/g, (/** @type {string} */ _, /** @type {string} */ name) => String(facts[name] ?? ""));
  const picked = () => new URLSearchParams(location.search).get("value") ?? "";
  const PHONE = matchMedia("(max-width: 767px)");
  /** @type {Set<string>} */
  let chosen = new Set();
  let pending = "";
  let watched = "";

  /** @param {Record<string, string | undefined>} changes */
  function address(changes) {
    const asked = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(changes)) {
      if (value) asked.set(name, value);
      else asked.delete(name);
    }
    const whole = asked.toString();
    history.replaceState(history.state, "", whole ? `/quality?${whole}` : "/quality");
    return Object.fromEntries(asked);
  }
  const read = (changes = {}) => set("quality-chosen", { data: { ...address(changes), read: Date.now() } });

  /* ---- the picked value and those that are chosen */

  /** @param {string} key */
  function pick(key, { scroll = true } = {}) {
    address({ value: key });
    mark();
    set("quality-picked", { data: key });
    const row = rows().find((each) => each.dataset.qualityKey === key);
    if (scroll) row?.scrollIntoView({ block: "nearest" });
    if (PHONE.matches && scroll) watched = key;
  }

  function mark() {
    const shown = picked();
    const there = new Set(rows().map(keyOf));
    chosen = new Set([...chosen].filter((key) => there.has(key)));
    for (const row of rows()) {
      const on = row.dataset.qualityKey === shown;
      if ((row.getAttribute("aria-selected") === "true") !== on) row.setAttribute("aria-selected", String(on));
    }
    const choosable = rows().filter((row) => row.dataset.may);
    for (const box of all("#quality-body [data-quality-box]")) {
      const key = box.dataset.qualityBox ?? "";
      const on = key === "all" ? choosable.length > 0 && chosen.size === choosable.length : chosen.has(key);
      if ((box.getAttribute("aria-checked") === "true") !== on) box.setAttribute("aria-checked", String(on));
      box.classList.toggle("on", on);
    }
    const bar = one("quality-bulk");
    if (bar) {
      const count = one("quality-bulk-count");
      const told = say(count, "chosen", { n: chosen.size });
      if (count.textContent !== told) count.textContent = told;
      if (bar.hidden !== (chosen.size === 0)) bar.hidden = chosen.size === 0;
    }
    const form = one("quality-form");
    const may = chosen.size > 0 || Boolean(document.querySelector("[data-quality-shown][data-may='1']"));
    if (form && form.hidden === may) form.hidden = !may;
    const plots = one("quality-plots");
    const drawn = Boolean(document.querySelector("[data-quality-shown]"));
    if (plots && plots.hidden === drawn) plots.hidden = !drawn;
    if (watched && first("[data-quality-shown]")?.dataset.qualityShown === watched) {
      watched = "";
      one("quality-detail").scrollIntoView({ block: "start" });
    }
  }

  /* On a desk the first value is shown at once, beside the list; a phone shows the list first. */
  const ROOM = matchMedia("(min-width: 960px)");
  let begun = "?";
  function begin() {
    const list = one("quality-body");
    const [top] = rows();
    if (!top || !ROOM.matches || picked() || begun === location.search) return;
    if (list.contains(document.activeElement) || chosen.size) return;
    begun = location.search;
    pick(keyOf(top), { scroll: false });
  }

  /** @param {number} step */
  function move(step) {
    const listed = rows();
    const at = listed.findIndex((row) => row.dataset.qualityKey === picked());
    const next = listed[at < 0 ? 0 : Math.min(listed.length - 1, Math.max(0, at + step))];
    if (next) pick(keyOf(next));
  }

  /** @param {string} key */
  function choose(key) {
    const choosable = rows().filter((row) => row.dataset.may).map(keyOf);
    if (key === "all") chosen = new Set(chosen.size === choosable.length ? [] : choosable);
    else if (!chosen.delete(key)) chosen.add(key);
    mark();
  }

  function clear() {
    chosen = new Set();
    mark();
  }

  /* ---- the verdict */

  /** @param {string} sentence @param {(() => void) | null} [undo] */
  function tell(sentence, undo = null) {
    const place = one("quality-said");
    place.textContent = sentence;
    if (!undo) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn s";
    button.textContent = say(place, "undo");
    button.addEventListener("click", undo, { once: true });
    place.append(" ", button);
  }

  /** @param {string} verdict */
  function prepare(verdict) {
    pending = verdict;
    for (const button of all("#quality-form [data-quality-verdict]")) {
      button.classList.toggle("is-next", button.dataset.qualityVerdict === verdict);
    }
    one("quality-value-row").hidden = verdict !== "correct";
  }

  const about = (/** @type {HTMLElement} */ row) => ({
    station_id: Number(row.dataset.station),
    observed_at: row.dataset.at,
    period: row.dataset.period,
    parameter: row.dataset.parameter,
  });

  function subjects() {
    const wanted = chosen.size ? chosen : new Set([picked()]);
    return rows().filter((row) => wanted.has(keyOf(row)) && row.dataset.may);
  }

  /** @param {string} verdict */
  function rule(verdict) {
    const form = one("quality-form");
    if (!form || form.hidden) return;
    const said = one("quality-said");
    prepare(verdict);
    const listed = subjects();
    const reason = one("quality-reason").value.trim();
    const put = Number(one("quality-value").value.trim().replace(",", "."));
    if (!listed.length) return tell(say(said, "may_not"));
    if (verdict === "correct" && listed.length > 1) return tell(say(said, "only_one"));
    if (verdict === "correct" && (!one("quality-value").value.trim() || !Number.isFinite(put))) {
      one("quality-value").focus();
      return tell(say(said, "no_value"));
    }
    if (!reason) {
      one("quality-reason").focus();
      return tell(say(said, "no_reason"));
    }
    const ruling = { verdict, reason, ...(verdict === "correct" ? { value: put } : {}) };
    send(listed.map((row) => ({ ...about(row), ...ruling, seen_id: Number(row.dataset.seen) })), listed);
  }

  /** @typedef {ReturnType<typeof about> & {verdict: string, reason?: string, value?: number, seen_id: number}} Review */
  /** @param {Review[]} reviews @param {HTMLElement[]} listed */
  async function send(reviews, listed) {
    const said = one("quality-said");
    const buttons = all("[data-quality-verdict]");
    for (const button of buttons) button.disabled = true;
    try {
      const answer = await fetch("/api/v1/readings/reviews", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ reviews }),
      });
      const told = await answer.json();
      if (!answer.ok) return tell(told.detail ?? say(said, "away"));
      const before = listed.map((row, at) => ({ ...back(row, reviews[at].reason ?? ""), seen_id: told.ids[at] }));
      finished(listed);
      tell(say(said, "done", { n: reviews.length }), () => undo(before));
    } catch {
      tell(say(said, "away"));
    } finally {
      for (const button of buttons) button.disabled = false;
    }
  }

  /** What stood before, said again; a value nobody had ruled on is withdrawn to that. @param {HTMLElement} row @param {string} reason */
  function back(row, reason) {
    const { verdict, put, why } = row.dataset;
    if (!verdict || verdict === "withdraw") return { ...about(row), verdict: "withdraw", reason };
    return { ...about(row), verdict, reason: why, ...(verdict === "correct" ? { value: Number(put) } : {}) };
  }

  /** @param {HTMLElement[]} listed */
  function finished(listed) {
    const gone = new Set(listed.map(keyOf));
    const order = rows().map(keyOf);
    const at = order.findLastIndex((key) => gone.has(key));
    const left = order.filter((key) => !gone.has(key));
    const next = order.slice(at + 1).find((key) => !gone.has(key)) ?? left.at(-1) ?? "";
    const stays = (new URLSearchParams(location.search).get("standing") ?? "open") !== "open";
    chosen = new Set();
    prepare("");
    one("quality-reason").value = "";
    one("quality-value").value = "";
    if (stays) set("quality-picked", { data: `${picked()} ` });
    else pick(next, { scroll: false });
    read();
  }

  /** @param {Review[]} reviews */
  async function undo(reviews) {
    const said = one("quality-said");
    try {
      const answer = await fetch("/api/v1/readings/reviews", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ reviews }),
      });
      if (!answer.ok) return tell((await answer.json()).detail ?? say(said, "away"));
      tell(say(said, "undone"));
      set("quality-picked", { data: `${picked()} ` });
      read();
    } catch {
      tell(say(said, "away"));
    }
  }

  /* ---- mouse, keys, changes */

  document.addEventListener("click", (event) => {
    const at = /** @type {Element} */ (event.target);
    if (!page() || !at.closest) return;
    const box = /** @type {HTMLElement | null} */ (at.closest("[data-quality-box]"));
    if (box) return choose(box.dataset.qualityBox ?? "");
    const row = /** @type {HTMLElement | null} */ (at.closest("tr[data-quality-key]"));
    if (row) return pick(keyOf(row));
    const button = at.closest("button");
    if (!button) return;
    const asked = button.dataset;
    if ("qualityBack" in asked) document.querySelector("tr[aria-selected='true']")?.scrollIntoView({ block: "center" });
    else if ("qualityGo" in asked) {
      one("quality-form").scrollIntoView({ block: "center" });
      one("quality-reason").focus({ preventScroll: true });
    } else if (asked.qualityVerdict) rule(asked.qualityVerdict);
    else if (asked.qualityStanding) read({ standing: asked.qualityStanding === "open" ? "" : asked.qualityStanding, page: "" });
    else if (asked.qualityPage) read({ page: asked.qualityPage });
    else if ("qualityClear" in asked) read(Object.fromEntries(["station", "parameter", "test", "finding", "month", "page", "standing"].map((name) => [name, ""])));
    else if (button.id === "quality-bulk-clear") clear();
    else if ("qualityReason" in asked) {
      one("quality-reason").value = button.textContent;
      if (pending) one("quality-reason").focus();
    }
  });

  /* A filter that differs from what the list was drawn with has just been chosen. */
  function filtered() {
    const form = one("quality-filters");
    const drawn = JSON.parse(form?.dataset.now ?? "{}");
    /** @type {Record<string, string>} */
    const changed = {};
    /** @type {any} any: the filters' ids are of a pattern, so that they come as a list */
    const [filters] = window.dash_clientside.callback_context.inputs_list;
    for (const { id, value } of filters ?? []) {
      if (form && (value ?? "") !== drawn[id.index]) changed[id.index] = value ?? "";
    }
    if (Object.keys(changed).length) read({ ...changed, page: "" });
    return window.dash_clientside.no_update;
  }
  window.dash_clientside = Object.assign({}, window.dash_clientside, { onemap_quality: { filtered } });

  /** @type {Record<string, string>} */
  const KEYS = { k: "keep", r: "reject", c: "correct" };
  document.addEventListener("keydown", (event) => {
    if (!page() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const at = /** @type {HTMLElement} */ (event.target);
    if (at.id === "quality-reason" || at.id === "quality-value") {
      if (event.key === "Enter" && !event.shiftKey && pending) {
        event.preventDefault();
        rule(pending);
      } else if (event.key === "Escape") at.blur();
      return;
    }
    if (at.closest("input, textarea, select, [role='combobox'], [role='listbox']")) return;
    const verdict = KEYS[event.key.toLowerCase()];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") move(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "x" && picked()) choose(picked());
    else if (event.key === "Enter" && at.dataset?.qualityKey) pick(at.dataset.qualityKey);
    else if (verdict) rule(verdict);
    else return;
    event.preventDefault();
  });

  window.addEventListener("onemap:theme", (event) => page() && set("quality-theme", { data: event.detail }));
  new MutationObserver(() => page() && (mark(), begin())).observe(document.documentElement, { childList: true, subtree: true });
})();
