/* The form by which a problem is registered: what, photos, where, how grave; one key for one report. */

import { element } from "../map/words.mjs";
import { choice } from "./choice.mjs";
import { draftFor, Drafts, moment } from "./drafts.mjs";
import { onceGone } from "./gone.mjs";
import { fresh, Photos } from "./photos.mjs";
import { doneCard, icon, placeFields, restoredLine, wanted } from "./report_parts.mjs";
import { ReportPlace } from "./report_place.mjs";
import { isUnanswered, post, say } from "./send.mjs";
import { suggest, similarTo } from "./similar.mjs";

class Report {
  /** @param {HTMLElement} box @param {ReportForm} told */
  constructor(box, told) {
    this.box = box;
    this.told = told;
    this.words = told.words;
    this.key = fresh();
    this.asked = JSON.stringify(told.asked);
    this.isSaved = false;
    /** @type {"reading" | "kept" | "unkept" | "over"} whether what is filled in survives the tab */
    this.keeping = "reading";
    /** @type {string | null} */
    this.category = null;
    this.sure = false;
    this.sent = false; // whether it went off and no answer came: then a problem like it may be this very one
    this.alike = element("section", { class: "card rp-alike", role: "alert", hidden: "" });
    this.wrong = element("p", { class: "pd-refused", role: "alert", hidden: "" });
    this.submit = element("button", { type: "submit", class: "btn p rp-submit" }, icon("tick"), element("span", {}, this.say("submit")));
    this.form = element("form", { class: "rp-form", novalidate: "" });
    this.foot = element("footer", { class: "rp-foot", "data-to-send": "" });
    this.tiles = element("div", { class: "rp-tiles" });
    this.kinds = element("div", { class: "rp-kinds", role: "radiogroup", "aria-label": this.say("kind"), hidden: "" });
    this.at = new ReportPlace(told, {
      chosen: () => {
        this.doubtAgain();
        this.refresh();
      },
      named: () => this.refresh(),
    });
    this.description = element("textarea", { id: "rp-description", rows: 4, maxlength: 2000 });
    this.severity = choice({ id: "rp-severity", label: this.say("severity"), options: told.severities, value: "general" });
    this.source = choice({ id: "rp-source", label: this.say("source"), options: told.sources, value: told.source });
    this.reference = element("input", { id: "rp-source_ref", maxlength: 100 });
    this.restored = element("div", { class: "rp-restored", role: "status", hidden: "" });
    this.lost = element("b", { class: "rp-lost" });
    this.unkept = element("p", { class: "rp-unkept", role: "status", hidden: "" }, this.say("draft_unkept"));
    this.photos = new Photos({
      words: this.words, most: told.most, label: this.say("photos"), changed: () => this.refresh(),
      added: ({ name, file }) => this.attempt(() => file ? this.drafts?.savePhoto(name, file) : undefined),
      removed: ({ name }) => this.attempt(() => this.drafts?.dropPhoto(name)),
    });
    this.draw();
    this.begin();
  }

  /** What was filled in before comes first, then the map with its place. */
  async begin() {
    try {
      this.drafts = new Drafts(this.told.account);
      const { draft, isElsewhere } = draftFor(await this.drafts.read(), this.told.asked);
      if (draft && (!isElsewhere || await this.wants(draft))) this.restore(draft);
      this.keeping = "kept";
      if (!this.isSaved) this.save(); // what was typed while the drafts were read
    } catch {
      this.loseNothingSilently();
    }
    this.at.begin();
  }

  /** Whether the draft of another place is gone on with; else it stays, and an empty form begins here. @param {import("./drafts.mjs").Draft} draft @returns {Promise<boolean>} */
  async wants(draft) {
    this.form.inert = true;
    const isWanted = await wanted(draft, this.restored, this.words);
    this.form.inert = false;
    return isWanted;
  }

  /** @param {string} key @param {Facts} [facts] */
  say(key, facts) {
    return say(this.words, key, facts);
  }

  draw() {
    const form = this.form;
    this.foot.append(this.unkept, this.wrong, element("span", { class: "t3 fs12" }, this.say("submit_note")), this.submit);
    form.append(
      element("section", { class: "card rp-place" }, ...placeFields(this.at)),
      element("section", { class: "card rp-what" }, ...this.whatFields()),
      element("section", { class: "card rp-facts" }, ...this.factFields()),
      this.alike,
      this.foot,
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    for (const kind of ["input", "change"]) form.addEventListener(kind, () => this.save());
    this.box.replaceChildren(this.restored, form);
    onceGone(form, () => this.photos.close());
  }

  /* ---- the draft: written at each change, until the server has answered */

  save() {
    this.foot.toggleAttribute("data-unsent", this.keeping === "unkept" && this.started); // the frame's leaving.js asks then
    if (this.keeping !== "kept" || !this.form.isConnected) return; // once it is left, the draft is another form's
    if (!this.started) return this.erase();
    this.isSaved = true;
    const { category, key, asked, sent } = this;
    const { place, where } = this.at;
    const fields = { severity: this.severity.value, source: this.source.value, reference: this.reference.value, description: this.description.value };
    const photos = this.photos.items.map(({ name, id, label }) => ({ name, id, label }));
    this.attempt(() => this.drafts?.save({ key, at: new Date().toISOString(), asked, sent, category, place, where, fields, photos }));
  }

  /** What was filled in has been emptied again: its draft goes, so that it doesn't come back. */
  erase() {
    if (!this.isSaved) return;
    this.isSaved = false;
    this.attempt(() => this.drafts?.remove(this.key, []));
  }

  /** @param {() => Promise<void> | undefined} work */
  async attempt(work) {
    if (this.keeping !== "kept") return;
    try {
      await work();
    } catch {
      this.loseNothingSilently();
    }
  }

  /** The browser keeps nothing (full, or forbidden): it is said, and leaving the page asks first. */
  loseNothingSilently() {
    if (this.keeping === "over" || this.keeping === "unkept") return;
    this.keeping = "unkept";
    this.unkept.hidden = false;
    this.save();
  }

  get started() {
    return Boolean(this.at.chosen || this.category || this.description.value.trim() || this.reference.value.trim() || this.photos.items.length);
  }

  /** @param {import("./drafts.mjs").Draft & {files: Map<string, File>}} draft */
  restore(draft) {
    this.key = draft.key;
    this.isSaved = true;
    this.sent = Boolean(draft.sent);
    if (draft.place) {
      this.at.restore(draft.place, draft.where ?? "");
      this.asked = draft.asked;
    }
    const { severity, source, reference, description } = draft.fields;
    this.severity.value = severity;
    this.source.value = source;
    this.reference.value = reference;
    this.description.value = description;
    const group = this.told.groups.findIndex(({ options: kinds }) => kinds.some(({ value }) => value === draft.category));
    if (group >= 0) this.choose(this.told.groups[group], /** @type {HTMLElement} */ (this.tiles.children[group]), draft.category);
    for (const { name, id, label } of draft.photos) this.photos.restore(draft.files.get(name) ?? null, name, id, label);
    restoredLine(this.restored, this.lost, moment(draft.at), this.words, () => this.discard());
  }

  /** The draft goes, and an empty form takes its place. */
  async discard() {
    await this.forget(true);
    bring(this.box);
  }

  /** The draft has served, or is unwanted; one that holds a photo the server lacks stays, unless the reader discards it. @param {boolean} [isUnwanted] */
  async forget(isUnwanted = false) {
    const isLast = isUnwanted || !this.photos.unsent.length;
    if (isLast) await this.attempt(() => this.drafts?.remove(this.key, this.photos.items.map(({ name }) => name)));
    this.keeping = "over";
    this.foot.removeAttribute("data-unsent");
    this.photos.close();
  }

  /* ---- what it is */

  whatFields() {
    this.tiles.append(...this.told.groups.map((group) => {
      const tile = element("button", { type: "button", class: "rp-tile", "aria-pressed": "false" }, element("b", {}, group.word), element("span", { class: "t3" }, group.hint));
      tile.addEventListener("click", () => this.choose(group, tile));
      return tile;
    }));
    return [element("h2", {}, this.say("category")), this.tiles, this.kinds, element("h2", {}, this.say("photos")), this.photos.box, element("p", { class: "pd-hint" }, this.say("photos_hint", { n: this.told.most }))];
  }

  /** @param {OptionGroup} group @param {HTMLElement} tile @param {string | null} [kind] */
  choose(group, tile, kind = null) {
    for (const other of this.tiles.children) other.setAttribute("aria-pressed", String(other === tile));
    this.kinds.replaceChildren(...group.options.map(({ value, word }) => {
      const input = element("input", { type: "radio", name: "kind", value });
      input.addEventListener("change", () => this.pick(value));
      return element("label", { class: "rp-kind" }, input, word);
    }));
    this.kinds.hidden = group.options.length < 2;
    const inputs = [...this.kinds.querySelectorAll("input")];
    const chosen = inputs.find(({ value }) => value === kind) ?? inputs[0];
    chosen.checked = true;
    this.pick(chosen.value);
  }

  /** @param {string} value */
  pick(value) {
    this.category = value;
    this.doubtAgain();
    this.refresh();
  }

  /* ---- how grave it is */

  factFields() {
    const field = (/** @type {HTMLElement} */ input, /** @type {string} */ label, /** @type {string} */ hint = "") => element("div", { class: "pd-field" }, element("label", { for: input.id }, label), input, hint ? element("p", { class: "pd-hint" }, hint) : null);
    this.description.addEventListener("input", () => this.refresh());
    return [
      field(this.description, this.say("description"), this.say("description_hint")),
      element("div", { class: "rp-three" }, field(this.severity, this.say("severity")), field(this.source, this.say("source")), field(this.reference, this.say("source_ref"))),
    ];
  }

  refresh() {
    this.save();
    const lost = this.photos.lost.join(", ");
    this.lost.textContent = lost ? this.say("draft_lost", { names: lost }) : "";
    if (!this.wrong.hidden && !this.lacks()) this.wrong.hidden = true;
  }

  lacks() {
    if (!this.category) return this.say("need_category");
    if (!this.at.spot) return this.say(this.at.state === "unasked" ? "place_unasked" : "need_place");
    if (!this.description.value.trim()) return this.say("need_description");
    return "";
  }

  /** @param {string} reason */
  refuse(reason) {
    this.wrong.textContent = reason;
    this.wrong.hidden = false;
  }

  /* ---- whether it is known already */

  doubtAgain() {
    this.sure = false;
    this.alike.hidden = true;
  }

  /** @param {Similar[]} found */
  suggest(found) {
    const anyway = () => {
      this.sure = true;
      this.alike.hidden = true;
      this.send();
    };
    suggest(this.alike, found, this.words, { same: ({ url }) => this.leave(url), anyway });
  }

  /** The report is given up for one that is there already. @param {string} address */
  async leave(address) {
    await this.forget();
    location.assign(address);
  }

  /** Nothing can be changed while it is sent. @param {boolean} on */
  hold(on) {
    this.submit.disabled = this.form.inert = on;
  }

  /** @returns {Promise<void>} */
  async send() {
    if (this.at.state) await this.at.settled();
    if (this.lacks()) return this.refuse(this.lacks());
    if (!(await this.photos.whole()) || this.submit.disabled || this.keeping === "over") return;
    const { spot } = this.at;
    if (this.lacks() || !spot) return this.refuse(this.lacks());
    if (!this.form.isConnected) return;
    this.at.device.drop();
    this.hold(true); // what is changed now would be in no report
    const { known, refused } = this.sure || this.sent ? { known: [], refused: "" } : await similarTo(spot, this.category, this.words);
    if (!this.form.isConnected) return;
    if (known.length || refused) {
      this.hold(false);
      return refused ? this.refuse(refused) : this.suggest(known);
    }
    const { x, y, crs, accuracy_m: accuracy } = spot;
    const body = {
      place: { x, y, crs, accuracy_m: accuracy ?? null },
      category: this.category,
      severity: this.severity.value,
      source: this.source.value,
      source_ref: this.reference.value.trim(),
      description: this.description.value.trim(),
      photo_ids: this.photos.ids,
    };
    const kept = this.say("offline_kept");
    const words = this.keeping === "kept" ? { ...this.words, offline: kept, unreachable: kept } : this.words;
    const wasSent = this.sent;
    this.sent = true;
    this.save();
    const answer = await post("/api/v1/problems", body, words, { "Idempotency-Key": this.key });
    this.hold(false);
    this.sent = isUnanswered(answer) || (wasSent && !answer.ok && answer.status !== 409); // a refusal says nothing of the one before it
    if (answer.ok) return this.done(answer);
    this.attempt(() => this.drafts?.markSent(this.key, this.sent));
    if (now?.key === this.key) now.sent = this.sent; // the form that goes on with the draft, should this one have been left
    this.refuse(answer.reason);
    if (answer.status === 409) this.offerAnew();
  }

  /** The key is another report's by now, as of a second tab with the same draft: this one may become a report of its own. */
  offerAnew() {
    const anew = element("button", { type: "button", class: "btn s" }, this.say("register_anew"));
    anew.addEventListener("click", () => {
      const { key } = this;
      this.attempt(() => this.drafts?.remove(key, []));
      this.key = fresh();
      this.wrong.hidden = true;
      for (const { name, file } of this.photos.items) if (file) this.attempt(() => this.drafts?.savePhoto(name, file));
      this.photos.sendAnew();
      this.save();
      this.send();
    });
    this.wrong.append(" ", anew);
  }

  /** @param {Answer} answer */
  async done({ status, body }) {
    await this.forget();
    const another = element("a", { class: "btn", href: "/ledger/report" }, this.say("another"));
    const open = element("a", { class: "btn p", href: `/ledger/${body.id}` }, this.say("open"));
    this.box.replaceChildren(doneCard(status, body, this.words, another, open));
    open.focus();
  }
}

/** @type {Report | null} */
let now = null;

/** Draws the form in its box. @param {HTMLElement} box */
export function bring(box) {
  now = new Report(box, JSON.parse(box.dataset.report ?? ""));
}

/** Where the place that was asked about lies. @param {Placed | null} spot */
export function placed(spot) {
  now?.at.placed(spot);
}
