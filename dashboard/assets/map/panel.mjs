/* Numbers on the strip and the panel, switches, basis, live mark, notices. */

import { clock, element, say } from "./words.mjs";

/**
 * What the panel's switches do.
 * @typedef {object} Switches
 * @property {(name: string) => void} filter
 * @property {(name: string, on: boolean) => void} layer
 * @property {(name: string) => void} basis
 * @property {(name: string) => void} action
 */

/**
 * Why a notice stands over the map: one at a time, the gravest first, and the next once that is over.
 * @typedef {"signed_out" | "lost" | "not_loaded" | "failed" | "slow" | "unread"} Reason
 */
const REASONS = /** @type {Reason[]} */ (["signed_out", "lost", "not_loaded", "failed", "slow", "unread"]);

/* A count that is wider than its part of the bar is left out there. */
const [SPREAD_PX, DIGIT_PX] = [200, 8];

export class Panel {
  /** @param {HTMLElement} page @param {Switches} told */
  constructor(page, told) {
    this.page = page;
    this.saidAt = 0;
    this.unsaid = 0;
    /** @type {Date | null} */
    this.lostAt = null;
    /** @type {Map<Reason, {text: string, linkText: string | null, href: string | null, press: (() => void) | null}>} */
    this.notices = new Map();
    new ResizeObserver(() => this.sayLegend()).observe(this.one("legend"));
    page.addEventListener("click", (event) => {
      const pressed = /** @type {HTMLElement} */ (event.target);
      const of = (/** @type {string} */ name) => /** @type {HTMLElement | null} */ (pressed.closest(`[data-${name}]`))?.dataset[name];
      const [filter, layer, basis] = [of("filter"), of("layer"), of("basis")];
      const action = /** @type {HTMLElement | null} */ (pressed.closest("[data-map-action]"))?.dataset.mapAction;
      if (filter) told.filter(filter);
      else if (layer) told.layer(layer, !this.isOn(layer));
      else if (basis) told.basis(basis);
      else if (action === "legend") this.turnLegend();
      else if (action) told.action(action);
    });
  }

  /** @param {string} selector @returns {HTMLElement[]} */
  all(selector) {
    return [...this.page.querySelectorAll(selector)].map((each) => /** @type {HTMLElement} */ (each));
  }

  /** @param {string} id @returns {HTMLElement} */
  one(id) {
    return /** @type {HTMLElement} */ (this.page.querySelector(`#one-map-${id}`));
  }

  /** @param {string} layer */
  isOn(layer) {
    return this.page.querySelector(`[data-layer=${layer}]`)?.getAttribute("aria-checked") === "true";
  }

  /** @param {string} layer @param {boolean} on */
  setLayer(layer, on) {
    this.page.querySelector(`[data-layer=${layer}]`)?.setAttribute("aria-checked", String(on));
  }

  get offLayers() {
    return this.all("[data-layer]").map((each) => each.dataset.layer ?? "").filter((name) => !this.isOn(name));
  }

  /** @param {string} attribute @param {string | null} value */
  press(attribute, value) {
    for (const each of this.all(`[data-${attribute}]`)) {
      each.setAttribute("aria-pressed", String(each.dataset[attribute] === value));
    }
  }

  /** The marks of the legend come or go; until somebody says so they stand where there is room. */
  turnLegend() {
    const isOpen = this.one("marks").checkVisibility();
    this.one("legend").dataset.open = String(!isOpen);
  }

  /** Whoever can't see the marks hears whether they are there. */
  sayLegend() {
    const isOpen = this.one("marks").checkVisibility();
    for (const each of this.all("[data-map-action=legend]")) each.setAttribute("aria-expanded", String(isOpen));
  }

  /** @param {string} name @param {string} text */
  note(name, text) {
    for (const each of this.all(`[data-note=${name}]`)) each.textContent = text;
  }

  /** The five counts with a sentence each, and the spread over the classes. @param {Strip} strip @param {number} boardCount */
  showStrip(strip, boardCount) {
    /** @type {Record<string, "sections" | "outfalls" | "devices">} */
    const of = { meets: "sections", below: "sections", unsure: "sections", exceeding: "outfalls", offline: "devices" };
    const told = strip.meets + strip.below;
    /** @type {Record<string, unknown>} */
    const good = { below: told, exceeding: strip.outfalls, offline: strip.devices };
    const left = strip.sections - told;
    const rate = told ? `${strip.below ? Math.min(99, Math.round((100 * strip.meets) / told)) : 100}%` : "–";
    for (const each of this.all("[data-count]")) {
      each.classList.remove("mp-skeleton");
      each.textContent = each.dataset.count === "meets" ? rate : String(strip[each.dataset.count ?? ""]);
    }
    for (const each of this.all("[data-sentence]")) {
      const key = each.dataset.sentence ?? "";
      const total = strip[of[key]];
      let text = say(`of.${of[key]}`, { m: total });
      if (key === "meets" && told) text = say("rate", { n: strip.meets, m: told });
      else if (strip[key] === 0 && good[key]) text = say(`all_well.${key}`);
      const more = key === "meets" && told && left ? say("rate_left", { k: left }) : "";
      each.replaceChildren(element("span", {}, text), ...(more ? [element("span", { class: "mp-more" }, more)] : []));
    }
    this.showSpread(strip);
    /** @type {Record<string, number>} */
    const numbers = { sections: strip.sections, outfalls: strip.outfalls, intakes: strip.intakes, boards: boardCount };
    for (const each of this.all("[data-number]")) each.textContent = String(numbers[each.dataset.number ?? ""] ?? "");
    this.one("live-online").textContent = say("online", { n: strip.devices - strip.offline, m: strip.devices });
  }

  /** @param {Strip} strip */
  showSpread({ classes, sections }) {
    for (const bar of this.all(".mp-bar")) {
      const count = classes[Number(bar.dataset.class)];
      bar.hidden = count === 0;
      bar.style.flexGrow = String(count);
      bar.title = `${bar.dataset.label} ${count}`;
      const room = (SPREAD_PX * count) / Math.max(1, sections);
      bar.textContent = room >= DIGIT_PX * String(count).length || count < 100 ? String(count) : "";
    }
    const sum = (/** @type {number} */ from, /** @type {number} */ to) => classes.slice(from, to).reduce((a, b) => a + b, 0);
    this.note("sections", say("sections_n", { n: sections }));
    this.note("good", `${say("good")} ${sum(1, 4)}`);
    this.note("poor", `${say("poor")} ${sum(4, 7)}`);
    this.note("none", `${say("none")} ${classes[0]}`);
  }

  /** @param {string} basis @param {[string, string] | null} month */
  showBasis(basis, month) {
    this.press("basis", basis);
    for (const each of this.all("[data-note=rule]")) each.textContent = each.dataset[basis] ?? "";
    for (const each of this.all("[data-note=basis]")) {
      each.textContent = month ? say("month_span", { from: month[0], to: month[1] }) : each.dataset.now ?? "";
    }
  }

  /** The live mark and, when the line is lost, the amber bar with the time of what is shown; attempt 0: the line stands, but the server itself gets no news. @param {string} state @param {number} attempt @param {Date | undefined} at @param {string} basis */
  showLine(state, attempt, at, basis) {
    const mark = this.one("live");
    mark.dataset.state = state;
    this.word(basis);
    if (state === "lost") this.one("live-word").textContent = attempt ? say("lost", { n: attempt }) : say("not_live");
    this.one("live-time").textContent = at ? clock(at) : "";
    if (state === "live") this.hush("lost", "signed_out");
    if (state === "live") this.lostAt = null;
    else this.lostAt ??= new Date();
    if (state === "lost" && attempt) this.notice("lost", say("lost_since", { time: at ? clock(at).slice(0, 5) : "–" }));
    else if (state === "lost") this.notice("lost", say("not_live_since", { time: clock(this.lostAt ?? new Date()).slice(0, 5) }));
    else if (state === "signed_out") this.notice("signed_out", say("signed_out"), say("sign_in"), "/sign-in");
  }

  /** The mark's word by basis, unless the line is lost. @param {string} basis */
  word(basis) {
    if (this.one("live").dataset.state === "lost") return;
    this.one("live-word").textContent = say(basis === "month" ? "by_month" : "live");
  }

  /** @param {Date} at */
  tick(at) {
    this.one("live-time").textContent = clock(at);
  }

  /** A notice over the map. @param {Reason} reason @param {string} text @param {string | null} [linkText] @param {string | null} [href] @param {(() => void) | null} [press] */
  notice(reason, text, linkText = null, href = null, press = null) {
    this.notices.set(reason, { text, linkText, href, press });
    this.showNotice();
  }

  /** What was said for these reasons is over. @param {...Reason} reasons */
  hush(...reasons) {
    for (const reason of reasons) this.notices.delete(reason);
    this.showNotice();
  }

  showNotice() {
    const first = REASONS.find((reason) => this.notices.has(reason));
    this.one("notice").hidden = !first;
    if (!first) return;
    const { text, linkText, href, press } = /** @type {NonNullable<ReturnType<typeof this.notices.get>>} */ (this.notices.get(first));
    const link = /** @type {HTMLAnchorElement} */ (this.one("notice-link"));
    this.one("notice-text").textContent = text;
    link.hidden = !linkText;
    link.textContent = linkText ?? "";
    if (href) link.href = href;
    else link.setAttribute("href", "#");
    link.onclick = press ? (event) => (event.preventDefault(), press()) : null;
  }

  /** @param {string} text */
  toast(text) {
    const toast = this.one("toast");
    toast.textContent = text;
    toast.hidden = false;
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => (toast.hidden = true), 2400);
  }

  /** What changed, for those who listen: at most once a minute. @param {number} count */
  sayChange(count) {
    const now = Date.now();
    this.unsaid += count;
    if (now - this.saidAt < 60000) return;
    this.one("said").replaceChildren(element("span", {}, say("changed", { n: this.unsaid })));
    this.saidAt = now;
    this.unsaid = 0;
  }
}
