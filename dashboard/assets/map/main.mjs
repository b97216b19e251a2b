/* The one map's conductor: brings data, panel, map, search, list and drawer together. */

import { covers, padding } from "./layout.mjs";
import { Drawing } from "./drawing.mjs";
import { Ledger } from "./ledger.mjs";
import { List } from "./list.mjs";
import { Live, stillSignedIn } from "./live.mjs";
import { isPhone } from "./palette.mjs";
import { Panel } from "./panel.mjs";
import { FILTERS, Points } from "./points.mjs";
import { Scene } from "./scene.mjs";
import { Search } from "./search.mjs";
import { Selection } from "./selection.mjs";
import { copyLink, readView, unreadParts, writeView } from "./share.mjs";
import { Sheet } from "./sheet.mjs";
import { SWITCHED } from "./style.mjs";
import { Waters } from "./waters.mjs";
import { readWords, say } from "./words.mjs";

const REFRESH_MS = 300000;
const MOST_RINGS = 12;
/** @type {Promise<OneMap> | null} */
let making = null;
/** @type {OneMap | null} */
let app = null;

class OneMap {
  /** @param {Scene} scene */
  constructor(scene) {
    this.scene = scene;
    this.points = new Points(scene.map);
    this.waters = new Waters(scene.map);
    this.ledger = new Ledger(scene);
    const { pins, reporting } = this.ledger;
    this.selection = new Selection(scene, { points: this.points, waters: this.waters, pins, reporting, choose: (thing) => this.choose(thing) });
    /** @type {MapState | null} */
    this.state = null;
    /** @type {HTMLElement | null} */
    this.page = null;
    this.basis = "now";
    this.drawing = new Drawing();
    // any: made as the page is entered, and nothing that needs them is called before.
    const later = /** @type {any} */ (null);
    /** @type {Panel} */
    this.panel = later;
    /** @type {Sheet} */
    this.sheet = later;
    /** @type {Search} */
    this.search = later;
    /** @type {List} */
    this.list = later;
    scene.map.on("moveend", () => this.remember());
    scene.map.on("zoom", () => this.drawScale());
    addEventListener("resize", () => this.layOut());
  }

  /* ---- the page comes and goes; the map stays */

  /** @param {HTMLElement} page */
  async enter(page) {
    this.page = page;
    this.abort = new AbortController();
    this.scene.enter(page);
    this.panel = new Panel(page, {
      filter: (name) => this.filter(name === this.points.filter ? null : name),
      layer: (name, on) => this.layer(name, on),
      basis: (name) => this.setBasis(name),
      action: (name) => this.action(name),
    });
    this.sheet = new Sheet(page, () => this.layOut());
    this.search = new Search(page, (hit) => this.found(hit));
    this.ledger.enter(page, this.panel, this.abort.signal);
    this.list = new List(page, { points: this.points, waters: this.waters, pins: this.ledger.pins, choose: (thing) => this.choose(thing, true) });
    document.addEventListener("keydown", (event) => this.key(event), { signal: this.abort.signal });
    if (innerWidth < 1200) page.classList.add("mp-folded");
    const view = readView();
    const unread = unreadParts({ off: Object.keys(SWITCHED), filter: Object.keys(FILTERS) });
    if (unread.length) this.panel.notice(say("unread", { parts: unread.join(", ").slice(0, 80) }), say("close"), null, () => this.panel.hideNotice());
    this.basis = view.basis;
    this.unplaced = !view.camera;
    if (view.off) for (const name of Object.keys(SWITCHED)) this.panel.setLayer(name, !view.off.includes(name));
    for (const [name, layers] of Object.entries(SWITCHED)) this.scene.show(layers, this.panel.isOn(name));
    this.points.filter = view.filter && FILTERS[view.filter] ? view.filter : null;
    this.panel.press("filter", this.points.filter);
    await this.load();
    if (this.page !== page) return;
    if (view.camera) this.scene.map.jumpTo({ ...view.camera, padding: this.padding() });
    this.drawScale();
    const [only, ...others] = this.state?.stations ?? [];
    if (view.selection) this.choose(view.selection);
    else if (only && !others.length && !this.state?.boards.length) this.choose({ kind: only.properties.kind, id: only.id });
    this.live = new Live({
      change: (data) => this.change(data),
      resync: () => this.load(),
      state: (state, attempt) => this.panel.showLine(state, attempt, this.at, this.basis),
      allowed: stillSignedIn,
      ledger: (data) => this.step(data),
      notice: () => document.dispatchEvent(new Event("onemap:notice")),
      since: () => `since=${this.state?.change_no ?? 0}${this.ledger.on ? `&ledger=${this.ledger.pins.changeNo}` : ""}`,
    });
    this.live.open();
    this.timer = setInterval(() => this.load(), REFRESH_MS);
    window.onemap.ready = true;
  }

  leave() {
    this.live?.close();
    this.search?.remove();
    this.abort?.abort();
    clearInterval(this.timer);
    this.page = null;
  }

  async load() {
    const basis = this.basis;
    try {
      const pins = this.ledger.load().then(() => null, (error) => error);
      const answer = await fetch(`/api/v1/map/state?basis=${basis}`);
      if (answer.status === 401) return this.panel.notice(say("signed_out"), say("sign_in"), "/sign-in");
      if (!answer.ok) throw new Error(String(answer.status));
      const state = await answer.json();
      if (basis !== this.basis || !this.page) return null;
      this.show(state);
      const wrong = await pins;
      if (wrong) throw wrong;
      this.selection.refresh();
      if (this.failed) this.panel.hideNotice();
      this.failed = false;
    } catch {
      this.failed = true;
      this.panel.notice(say("load_failed"), say("retry"), null, () => this.load());
    }
    return null;
  }

  /** @param {MapState} state */
  show(state) {
    this.state = state;
    this.at = new Date(state.as_of);
    this.points.reset(state.stations, state.boards);
    this.waters.reset(state.waters);
    this.scene.setBounds(state.bounds);
    if (this.unplaced && state.bounds) {
      this.unplaced = false;
      this.scene.map.resize();
      this.scene.home(this.padding(), false);
    }
    this.panel.showStrip(state.strip, state.boards.length);
    this.panel.showBasis(this.basis, state.month);
    this.panel.tick(this.at);
    this.panel.one("empty").hidden = Boolean(state.bounds || state.stations.length);
    this.selection.refresh();
    this.list.draw();
    this.panel.word(this.basis);
  }

  /** @param {Change} data */
  change(data) {
    if (!this.state) return;
    this.state.change_no = data.change_no;
    this.at = new Date();
    this.panel.tick(this.at);
    if (this.basis === "month" || !data.stations) return;
    const changed = this.points.change(data.stations);
    this.waters.change(data.waters);
    if (data.strip) this.panel.showStrip(data.strip, this.points.boards.size);
    for (const feature of changed.slice(0, MOST_RINGS)) this.scene.ring(feature.geometry.coordinates);
    if (data.stations.length) this.panel.sayChange(data.stations.length);
    this.selection.refresh();
    this.list.draw();
    document.dispatchEvent(new CustomEvent("onemap:change", { detail: data }));
  }

  /** @param {LedgerChange} data */
  step(data) {
    const changed = this.ledger.change(data);
    if (!changed) return this.load();
    for (const feature of changed.slice(0, MOST_RINGS)) this.scene.ring(feature.geometry.coordinates);
    this.selection.refresh();
    this.list.draw();
    return null;
  }

  /* ---- what people do */

  /** @param {Thing | null} thing */
  choose(thing, fly = false) {
    const feature = this.selection.mark(thing);
    this.drawing.show(thing);
    this.react(thing);
    if (feature && (fly || covers(this.scene, feature, this.padding()))) {
      const [x, y] = feature.geometry.coordinates;
      this.scene.fly([x, y, x, y], this.padding(), fly ? 11.5 : 0);
    }
  }

  /** The drawer opens, changes or closes: also when Dash did it. @param {Thing | null} thing */
  react(thing) {
    if (thing) {
      if (isPhone()) this.showList(false);
      this.sheet.show();
    } else this.sheet.hide();
    this.remember();
  }

  /** @param {Hit} hit */
  found(hit) {
    if (hit.kind !== "place") this.choose({ kind: hit.kind, id: hit.id });
    if (hit.bounds) this.scene.fly(hit.bounds, this.padding());
  }

  /** @param {string | null} name */
  filter(name) {
    this.points.narrow(name);
    this.panel.press("filter", name);
    this.list.draw();
    this.remember();
  }

  /** @param {string} name @param {boolean} on */
  layer(name, on) {
    this.panel.setLayer(name, on);
    this.scene.show(SWITCHED[name], on);
    this.remember();
  }

  /** @param {string} name */
  async setBasis(name) {
    this.basis = name;
    this.panel.press("basis", name);
    await this.load();
    this.remember();
  }

  /** @param {string} name */
  action(name) {
    const { map } = this.scene;
    /** @type {Record<string, () => void>} */
    const acts = {
      "zoom-in": () => map.zoomIn(),
      "zoom-out": () => map.zoomOut(),
      home: () => this.scene.home(this.padding()),
      fold: () => this.fold(true),
      unfold: () => this.fold(!this.page?.classList.contains("mp-folded")),
      list: () => this.showList(!this.list.open),
      share: () => copyLink().then(() => this.panel.toast(say("copied"))),
      report: () => this.ledger.reporting.turn(!this.ledger.reporting.on),
      close: () => this.choose(null),
    };
    acts[name]?.();
  }

  /** @param {boolean} open */
  showList(open) {
    this.list.toggle(open);
    for (const each of this.panel.all("[data-map-action=list]")) each.setAttribute("aria-expanded", String(open));
    if (open && isPhone()) this.page?.classList.add("mp-folded");
    this.layOut();
  }

  /** @param {boolean} folded */
  fold(folded) {
    this.page?.classList.toggle("mp-folded", folded);
    this.layOut();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const at = /** @type {HTMLElement} */ (event.target);
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName) || at.isContentEditable;
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.search.focus();
    } else if (this.ledger.reporting.on && ["Escape", "Enter"].includes(event.key) && !at.closest("button")) {
      if (event.key === "Enter") this.ledger.reporting.takeMiddle();
      else this.ledger.reporting.turn(false);
    } else if (event.key === "Escape" && !event.defaultPrevented) {
      if (this.sheet.open) this.choose(null);
      else if (this.list.open) this.showList(false);
      else if (this.points.filter) this.filter(null);
    }
  }

  padding() {
    return padding(this);
  }

  layOut() {
    if (!this.page) return;
    this.page.classList.toggle("mp-with-drawer", this.sheet.open);
    this.search.place();
    this.scene.map.resize();
    this.scene.pad(this.padding());
  }

  drawScale() {
    if (!this.page) return;
    const { width, text } = this.scene.scale();
    this.panel.one("scale-bar").style.width = `${width}px`;
    this.panel.one("scale-text").textContent = text;
  }

  remember() {
    if (!this.page || !this.state) return;
    writeView({
      map: this.scene.map, off: this.panel.offLayers, basis: this.basis,
      filter: this.points.filter, selection: this.selection.now,
    });
  }
}

/** The page appeared: the map is made the first time and put into its stage each time. @param {HTMLElement} page */
export async function mount(page) {
  readWords(page);
  window.onemap = { ...window.onemap, mounted: true, ready: false };
  making ??= Scene.make(page).then((scene) => new OneMap(scene));
  app = await making;
  window.onemap.map = app.scene.map;
  window.onemap.app = app;
  if (!document.contains(page)) return;
  app.leave();
  await app.enter(page);
}

/** The page went: the line closes, the map waits. */
export function unmount() {
  window.onemap.mounted = false;
  app?.leave();
}

/** The selection as Dash keeps it, when somebody else than the map changed it. @param {Thing | null} thing */
export function selected(thing) {
  if (!app?.page || !app.sheet || app.drawing.isOwn(thing)) return;
  const now = app.selection.now;
  if (thing?.kind === now?.kind && thing?.id === now?.id) return;
  if (!thing && !app.state) return;
  app.selection.mark(thing);
  app.react(thing);
}
