/* The one map's conductor: brings data, panel, map, search, list and drawer together. */

import { boundsOf, covers, padding } from "./layout.mjs";
import { FILTERS, Filters } from "./filters.mjs";
import { Ledger } from "./ledger.mjs";
import { List } from "./list.mjs";
import { Live, stillSignedIn } from "./live.mjs";
import { changedLooks } from "./looks.mjs";
import { calm, isPhone } from "./palette.mjs";
import { Panel } from "./panel.mjs";
import { Search } from "./search.mjs";
import { Selection } from "./selection.mjs";
import { copyLink, readView, unreadParts, writeView } from "./share.mjs";
import { Sheet } from "./sheet.mjs";
import { SWITCHED } from "./style.mjs";
import { Tiles } from "./tiles.mjs";
import { say } from "./words.mjs";

const REFRESH_MS = 300000;
const MOST_RINGS = 12;
const RING_MS = 1000;

export const askState = (/** @type {string} */ basis) => {
  const asked = fetch(`/api/v1/map/state?basis=${basis}`);
  asked.catch(() => {}); // whoever waits for it is told
  return asked;
};

export class OneMap {
  /** @param {import("./scene.mjs").Scene} scene */
  constructor(scene) {
    this.scene = scene;
    this.filters = new Filters(scene.map);
    this.tiles = new Tiles(scene, (lack) => this.lack(lack));
    this.ledger = new Ledger(scene);
    this.selection = new Selection(scene, { ledger: this.ledger, basis: () => this.basis, choose: (thing, seen) => this.choose(thing, seen) });
    this.rungAt = -Infinity;
    /** @type {MapState | null} */
    this.state = null;
    /** @type {HTMLElement | null} */
    this.page = null;
    this.basis = "now";
    this.path = "";
    this.wasLost = false;
    /** @type {import("./lacking.mjs").Lack} */
    this.lacking = "";
    this.hasFailed = false; // the state could not be read
    this.turn = 0;
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

  /** @param {HTMLElement} page @param {Promise<Response>} [first] the state as it was asked for before the map was made */
  async enter(page, first) {
    this.page = page;
    this.abort = new AbortController();
    this.scene.enter(page);
    this.panel = new Panel(page, {
      filter: (name) => this.filter(name === this.filters.now ? null : name),
      layer: (name, on) => this.layer(name, on),
      basis: (name) => this.setBasis(name),
      action: (name) => this.action(name),
    });
    this.sheet = new Sheet(page, () => this.layOut());
    this.search = new Search(page, (hit) => this.found(hit));
    this.ledger.enter(page, this.panel, this.abort.signal);
    this.list = new List(page, {
      query: () => ({ basis: this.basis, filter: this.filters.now }),
      choose: (thing, seen) => this.choose(thing, seen, true),
    });
    document.addEventListener("keydown", (event) => this.key(event), { signal: this.abort.signal });
    if (innerWidth < 1200) page.classList.add("mp-folded");
    this.path = location.pathname;
    addEventListener("hashchange", () => this.follow(), { signal: this.abort.signal });
    const view = this.readAddress();
    this.unplaced = !view.camera;
    await this.load(first);
    if (this.page !== page) return;
    this.sayLacking();
    if (view.camera) this.scene.map.jumpTo({ ...view.camera, padding: this.padding() });
    this.drawScale();
    const alone = view.selection ?? this.state?.only;
    if (alone) this.choose(alone);
    this.live = new Live({
      change: (data) => this.change(data),
      resync: () => this.load(),
      state: (state, attempt) => this.line(state, attempt),
      allowed: stillSignedIn,
      ledger: (data) => this.step(data),
      notice: () => document.dispatchEvent(new Event("onemap:notice")),
      since: () => `since=${this.state?.change_no ?? 0}${this.ledger.on ? `&ledger=${this.ledger.changeNo}` : ""}`,
    });
    this.live.open();
    this.timer = setInterval(() => this.load(), REFRESH_MS);
    await this.scene.drawn;
    if (this.page === page) window.onemap.ready = true;
  }

  /** The page looks as its address says: layers, filter, basis; the camera is the caller's. */
  readAddress() {
    const view = readView();
    const unread = unreadParts({ off: Object.keys(SWITCHED), filter: Object.keys(FILTERS) });
    if (unread.length) this.panel.notice("unread", say("unread", { parts: unread.join(", ").slice(0, 80) }), say("close"), null, () => this.panel.hush("unread"));
    else this.panel.hush("unread");
    this.basis = view.basis;
    if (view.off) for (const name of Object.keys(SWITCHED)) this.panel.setLayer(name, !view.off.includes(name));
    for (const [name, layers] of Object.entries(SWITCHED)) this.scene.show(layers, this.panel.isOn(name));
    this.filters.narrow(view.filter && FILTERS[view.filter] ? view.filter : null);
    this.scene.narrow(Boolean(this.filters.now));
    this.panel.press("filter", this.filters.now);
    this.tiles.setBasis(this.basis);
    return view;
  }

  /** A link to another view came into this page's address. */
  async follow() {
    if (!this.page || location.pathname !== this.path) return;
    const before = this.basis;
    const view = this.readAddress();
    this.panel.press("basis", this.basis);
    if (view.camera) this.scene.map.jumpTo({ ...view.camera, padding: this.padding() });
    this.choose(view.selection);
    this.list.draw();
    if (before !== this.basis) await this.load();
  }

  /** The line to the server stands or broke; tiles that failed meanwhile are asked for again. @param {string} state @param {number} attempt */
  line(state, attempt) {
    this.panel.showLine(state, attempt, this.at, this.basis);
    if (state === "live" && this.hasFailed) this.load();
    else if (state === "live" && this.wasLost) this.tiles.refresh();
    this.wasLost = state === "lost";
  }

  /** Tiles can't be had, are slow to come, or come again. @param {import("./lacking.mjs").Lack} lacking */
  lack(lacking) {
    if (this.lacking === "signed_out") this.panel?.hush("signed_out");
    this.lacking = lacking;
    if (this.page) this.sayLacking();
  }

  sayLacking() {
    const again = /** @type {[string, null, () => void]} */ ([say("retry"), null, () => this.retry()]);
    this.panel.hush("failed", "slow");
    if (this.lacking === "failed") this.panel.notice("failed", say("load_failed"), ...again);
    else if (this.lacking === "slow") this.panel.notice("slow", say("load_slow"), ...again);
    else if (this.lacking === "signed_out") this.panel.notice("signed_out", say("signed_out"), say("sign_in"), "/sign-in");
  }

  /** What could not be had is asked for again. */
  retry() {
    if (this.hasFailed) this.load();
    if (this.lacking) this.tiles.refresh();
  }

  leave() {
    this.live?.close();
    this.search?.remove();
    this.abort?.abort();
    this.tiles.close();
    clearInterval(this.timer);
    this.page = null;
  }

  /** The state anew, and every tile that shows it. @param {Promise<Response>} [asked] the state, when it is on its way already */
  async load(asked) {
    const basis = this.basis;
    try {
      const answer = await (asked ?? askState(basis));
      if (answer.status === 401) return this.panel.notice("signed_out", say("signed_out"), say("sign_in"), "/sign-in");
      if (!answer.ok) throw new Error(String(answer.status));
      const state = await answer.json();
      if (basis !== this.basis || !this.page) return null;
      this.show(state);
      if (!asked) this.tiles.refresh();
      this.selection.refresh();
      this.list.refresh();
      this.hasFailed = false;
      this.panel.hush("not_loaded");
    } catch {
      this.hasFailed = true;
      this.panel.notice("not_loaded", say("load_failed"), say("retry"), null, () => this.retry());
    }
    return null;
  }

  /** @param {MapState} state */
  show(state) {
    this.state = state;
    this.at = new Date(state.as_of);
    const isPlaced = this.scene.isHome(state.bounds, this.padding());
    this.scene.setBounds(state.bounds);
    this.scene.age();
    this.ledger.show(state);
    if (this.unplaced && state.bounds) {
      this.unplaced = false;
      this.scene.map.resize();
      if (!isPlaced) this.scene.home(this.padding(), false);
    }
    this.panel.showStrip(state.strip, state.boards);
    this.panel.showBasis(this.basis, state.month ?? null);
    this.panel.tick(this.at);
    this.panel.one("empty").hidden = Boolean(state.bounds);
    this.panel.word(this.basis);
  }

  /** @param {Change} data */
  change(data) {
    if (!this.state) return;
    this.state.change_no = data.change_no;
    this.at = new Date();
    this.panel.tick(this.at);
    const stations = data.stations ?? [];
    const isNow = this.basis !== "month";
    if (isNow) this.ring(stations, ["sections", "outfalls"]);
    this.tiles.refresh(data.boxes ?? (stations.length ? null : []));
    if (!isNow || !data.stations) return;
    if (data.strip) this.panel.showStrip(data.strip, this.state.boards);
    if (stations.length) this.panel.sayChange(stations.length);
    if (stations.some(({ id, properties }) => id === this.selection.now?.id && properties.kind === this.selection.now?.kind)) this.selection.refresh();
    this.list.refresh();
    document.dispatchEvent(new CustomEvent("onemap:change", { detail: data }));
  }

  /** @param {LedgerChange} data */
  step(data) {
    this.ledger.change(data);
    if (data.anew) return this.load();
    this.ring(data.problems, ["problems", "overdue"], true);
    this.tiles.refresh(data.boxes ?? null);
    if (this.selection.now?.kind === "problem") this.selection.refresh();
    this.list.refresh();
    return null;
  }

  /** A ring around each point in view that is about to look other than it is drawn; once a second at most. @param {PointFeature[]} features @param {string[]} layers */
  ring(features, layers, isNew = false) {
    if (calm() || performance.now() < this.rungAt + RING_MS) return;
    const changed = changedLooks(this.scene.map, features, layers, isNew).slice(0, MOST_RINGS);
    if (changed.length) this.rungAt = performance.now();
    for (const { geometry } of changed) this.scene.ring(geometry.coordinates);
  }

  /* ---- what people do */

  /** @param {Thing | null} thing @param {Found | null} [seen] as it is drawn or listed @param {boolean} [fly] the map goes there */
  async choose(thing, seen = null, fly = false) {
    const marked = this.selection.mark(thing, seen);
    window.dash_clientside.set_props("one-map-selection", { data: { ...thing, turn: ++this.turn } });
    this.react(thing);
    const found = seen?.geometry ? seen : await marked;
    if (found && thing === this.selection.now) this.look(found, fly);
  }

  /** What was chosen comes into the free part: from anywhere when it was looked for, else from under a panel. @param {Found} found @param {boolean} fly */
  look({ geometry }, fly) {
    if (!geometry) return;
    const bounds = boundsOf(geometry);
    const isPoint = geometry.type === "Point";
    if (!fly && !(isPoint && covers(this.scene, /** @type {Lonlat} */ (geometry.coordinates), this.padding()))) return;
    this.scene.fly(bounds, this.padding(), fly ? (isPoint ? 11.5 : 12.5) : 0);
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
    this.filters.narrow(name);
    this.scene.narrow(Boolean(name));
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
    this.tiles.setBasis(name);
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
    if (event.isComposing) return; // the key is the input method's
    const at = /** @type {HTMLElement} */ (event.target);
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName) || at.isContentEditable;
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.search.focus();
    } else if (this.ledger.reporting.on && ["Escape", "Enter"].includes(event.key) && !typing && !at.closest("button, a")) {
      if (event.key === "Enter") this.ledger.reporting.takeMiddle();
      else this.ledger.reporting.turn(false);
    } else if (event.key === "Escape" && !event.defaultPrevented) {
      if (this.sheet.open) this.choose(null);
      else if (this.list.open) this.showList(false);
      else if (this.filters.now) this.filter(null);
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
    if (!this.page || !this.state || location.pathname !== this.path) return;
    writeView({
      map: this.scene.map, off: this.panel.offLayers, basis: this.basis,
      filter: this.filters.now, selection: this.selection.now,
    });
  }
}
