/* The list beside the map: everything on it can be reached without a pointer. */

import { NUMERALS } from "./palette.mjs";
import { categoryWord, statusWord, timeWords } from "./pins.mjs";
import { element, nameOf, sampleWords, say, stateWords, waterWords } from "./words.mjs";

const PAUSE_MS = 3000;
const MARKS = /** @type {Record<string, string>} */ ({ green: "g", amber: "a", red: "r" });

export class List {
  /**
   * @param {HTMLElement} page
   * @param {{query: () => Record<string, string | null>, choose: (thing: Thing, seen: Found) => void}} map
   */
  constructor(page, { query, choose }) {
    this.frame = /** @type {HTMLElement} */ (page.querySelector("#one-map-list"));
    this.rows = /** @type {HTMLElement} */ (page.querySelector("#one-map-list-rows"));
    this.note = /** @type {HTMLElement} */ (this.frame.querySelector("[data-note=list]"));
    this.tabs = /** @type {HTMLElement[]} */ ([...this.frame.querySelectorAll("[data-list]")]);
    this.query = query;
    this.choose = choose;
    this.kind = "section";
    this.shown = ""; // what was asked for last
    this.at = -Infinity;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.nth = 0;
    for (const tab of this.tabs) tab.addEventListener("click", () => this.turn(tab.dataset.list ?? ""));
    this.rows.addEventListener("keydown", (event) => this.key(event));
    const tabs = /** @type {HTMLElement} */ (this.frame.querySelector("[role=tablist]"));
    tabs.addEventListener("keydown", (event) => this.tabKey(event));
  }

  get open() {
    return !this.frame.hidden;
  }

  async toggle(show = !this.open) {
    this.frame.hidden = !show;
    if (show) {
      await this.turn(this.kind);
      (this.rows.querySelector("button") ?? this.tabs[0]).focus();
    }
  }

  /** @param {string} kind */
  turn(kind) {
    this.kind = kind;
    for (const tab of this.tabs) {
      const on = tab.dataset.list === kind;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
    }
    return this.draw();
  }

  /** What the open list shows has changed: it is read again, every few seconds at most. */
  refresh() {
    if (!this.open) return;
    const wait = this.at + PAUSE_MS - performance.now();
    if (wait <= 0) this.draw();
    else this.timer ??= setTimeout(() => this.draw(), wait);
  }

  /** The open tab's things, the most concerning first, as the server lists them. */
  async draw() {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (!this.open) return;
    this.at = performance.now();
    const asked = new URLSearchParams({ kind: this.kind });
    for (const [key, value] of Object.entries(this.query())) if (value) asked.set(key, value);
    const address = `/api/v1/map/list?${asked}`;
    if (this.shown !== address) this.instead(say("list_loading"));
    this.shown = address;
    const nth = (this.nth += 1);
    const answer = await fetch(address).catch(() => null);
    /** @type {Listing | null} */
    const listed = answer?.ok ? await answer.json().catch(() => null) : null;
    if (nth !== this.nth || !this.open) return;
    if (listed) this.fill(listed);
    else this.instead(say("list_failed"));
  }

  /** Words in place of rows. @param {string} words */
  instead(words) {
    this.note.textContent = "";
    this.rows.replaceChildren(element("li", { class: "mp-t3 mp-none", role: "status" }, words));
  }

  /** The rows anew; the one that has the focus keeps it. @param {Listing} listed */
  fill({ total, things }) {
    this.note.textContent = say(total > things.length ? "list_cut" : "list_of", { n: things.length, m: total });
    const rows = things.map((thing) => this.row(thing));
    const key = (/** @type {Element | null} */ row) => row?.getAttribute("data-kind") && `${row.getAttribute("data-kind")}:${row.getAttribute("data-id")}`;
    const focused = this.rows.contains(document.activeElement) ? key(document.activeElement) : null;
    this.rows.replaceChildren(...(rows.length ? rows : [element("li", { class: "mp-t3 mp-none" }, say("list_empty"))]));
    if (focused) [...this.rows.querySelectorAll("button")].find((row) => key(row) === focused)?.focus({ preventScroll: true });
  }

  /** @param {Found} thing */
  row(thing) {
    const { id, properties: p } = thing;
    const number = Math.max(0, p.cls ?? 0);
    const isWater = p.kind === "reach" || p.kind === "lake";
    const badge = isWater || p.kind === "section" ? element("span", { class: `mp-cl mp-k${number}` }, NUMERALS[number]) : null;
    const words = isWater ? waterWords(p.cls ?? 0, NUMERALS) : p.kind === "section" || p.kind === "outfall" ? stateWords(p, NUMERALS) : "";
    const met = p.kind === "section" && p.meets !== undefined ? say(p.meets ? "met" : "not_met") : null;
    if (p.kind === "problem") return this.pin(thing);
    const said = [number ? null : words, sampleWords(p), met, p.off ? say("offline") : null].filter(Boolean).join(" · ");
    const button = element(
      "button", { type: "button", "data-kind": p.kind, "data-id": id },
      badge, element("b", {}, nameOf(p)), element("span", { class: "mp-t3" }, [said, p.code].filter(Boolean).join(" · ")),
    );
    button.addEventListener("click", () => this.choose({ kind: p.kind, id }, thing));
    return element("li", {}, button);
  }

  /** The light's shape is drawn by the class, its words stand beside it. @param {Found} thing */
  pin(thing) {
    const { id, properties: p } = thing;
    const mark = MARKS[p.light ?? ""] ?? "x";
    const button = element(
      "button", { type: "button", "data-kind": "problem", "data-id": id },
      element("span", { class: `lt ${mark}` }, timeWords(p) || say("no_deadline")), element("b", {}, categoryWord(p)),
      element("span", { class: "mp-t3" }, statusWord(p)),
    );
    button.addEventListener("click", () => this.choose({ kind: "problem", id }, thing));
    return element("li", {}, button);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const buttons = [...this.rows.querySelectorAll("button")];
    const at = buttons.findIndex((button) => button === document.activeElement);
    const to = /** @type {Record<string, number>} */ ({ ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 })[event.key];
    if (to === undefined || !buttons.length) return;
    event.preventDefault();
    buttons[Math.max(0, Math.min(buttons.length - 1, to))].focus();
  }

  /** @param {KeyboardEvent} event */
  tabKey(event) {
    const step = /** @type {Record<string, number>} */ ({ ArrowRight: 1, ArrowLeft: -1 })[event.key];
    if (!step) return;
    const at = this.tabs.findIndex((tab) => tab.dataset.list === this.kind);
    const tab = this.tabs[(at + step + this.tabs.length) % this.tabs.length];
    this.turn(tab.dataset.list ?? "");
    tab.focus();
  }
}
