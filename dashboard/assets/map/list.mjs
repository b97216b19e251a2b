/* The list beside the map: everything on it can be reached without a pointer. */

import { NUMERALS } from "./palette.mjs";
import { statusWord, timeWords } from "./pins.mjs";
import { element, nameOf, sampleWords, say, stateWords } from "./words.mjs";

const MOST = 500;
const MARKS = /** @type {Record<string, string>} */ ({ green: "g", amber: "a", red: "r" });

/** What needs a look comes first: not met, then worse classes, then what can't be told. @param {Listed} thing */
export function concern({ properties: p }) {
  return (p.meets === false ? 100 : 0) + (p.comp === "exceeding" ? 100 : 0) + (p.cls ?? 0) * 10
    + (p.state === "stale" || p.state === "partial" ? 5 : 0);
}

export class List {
  /**
   * @param {HTMLElement} page
   * @param {{points: import("./points.mjs").Points, waters: import("./waters.mjs").Waters, pins: import("./pins.mjs").Pins, choose: (thing: Thing) => void}} map
   */
  constructor(page, { points, waters, pins, choose }) {
    this.frame = /** @type {HTMLElement} */ (page.querySelector("#one-map-list"));
    this.rows = /** @type {HTMLElement} */ (page.querySelector("#one-map-list-rows"));
    this.note = /** @type {HTMLElement} */ (this.frame.querySelector("[data-note=list]"));
    this.tabs = /** @type {HTMLElement[]} */ ([...this.frame.querySelectorAll("[data-list]")]);
    this.points = points;
    this.waters = waters;
    this.pins = pins;
    this.choose = choose;
    this.kind = "section";
    /** @type {Water[] | null} */
    this.names = null;
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

  /** What the open tab lists, in its order. @returns {Promise<Listed[]>} */
  async things() {
    if (this.kind === "problem") return this.pins.shown();
    if (this.kind !== "water") {
      return this.points.shown(this.kind).sort((a, b) => concern(b) - concern(a));
    }
    const names = this.names ?? /** @type {Water[]} */ (await fetch("/api/v1/map/waters").then((answer) => (answer.ok ? answer.json() : [])));
    this.names = names;
    return names.map((water) => ({
      id: water.id, properties: { ...water, ...this.waters.find(water.kind, water.id), name: water.name },
    }));
  }

  async draw() {
    if (!this.open) return;
    const kind = this.kind;
    const all = await this.things();
    if (kind !== this.kind) return;
    const shown = all.slice(0, MOST);
    const cut = all.length > shown.length;
    this.note.textContent = say(cut ? "list_cut" : "list_of", { n: shown.length, m: all.length });
    const rows = shown.map((thing) => this.row(thing));
    this.rows.replaceChildren(...(rows.length ? rows : [element("li", { class: "mp-t3 mp-none" }, say("list_empty"))]));
  }

  /** @param {Listed} thing */
  row({ id, properties: p }) {
    const number = p.cls ?? 0;
    const graded = p.kind === "section" || p.kind === "reach" || p.kind === "lake";
    const badge = graded ? element("span", { class: `mp-cl mp-k${number}` }, NUMERALS[number]) : null;
    const words = p.kind === "section" || graded || p.kind === "outfall" ? stateWords(p, NUMERALS) : "";
    const met = p.kind === "section" && p.meets !== undefined ? say(p.meets ? "met" : "not_met") : null;
    if (p.kind === "problem") return this.pin(id, p);
    const said = [number ? null : words, sampleWords(p), met, p.off ? say("offline") : null].filter(Boolean).join(" · ");
    const button = element(
      "button", { type: "button", "data-kind": p.kind, "data-id": id },
      badge, element("b", {}, nameOf(p)), element("span", { class: "mp-t3" }, [said, p.code].filter(Boolean).join(" · ")),
    );
    button.addEventListener("click", () => this.choose({ kind: p.kind, id }));
    return element("li", {}, button);
  }

  /** The light's shape is drawn by the class, its words stand beside it. @param {number} id @param {Properties} p */
  pin(id, p) {
    const mark = MARKS[p.light ?? ""] ?? "x";
    const button = element(
      "button", { type: "button", "data-kind": "problem", "data-id": id },
      element("span", { class: `lt ${mark}` }, timeWords(p) || say("no_deadline")), element("b", {}, p.name),
      element("span", { class: "mp-t3" }, statusWord(p)),
    );
    button.addEventListener("click", () => this.choose({ kind: "problem", id }));
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
