/* The ledger on the map: days of pins, counts on strip and panel, the click that reports. */

import { PINS_FROM } from "./chips.mjs";
import { overdueText } from "./ledger_style.mjs";
import { Reporting } from "./report.mjs";
import { say } from "./words.mjs";
import { WorkingDays } from "./working_days.mjs";

export class Ledger {
  /** @param {import("./scene.mjs").Scene} scene */
  constructor(scene) {
    this.scene = scene;
    this.reporting = new Reporting(scene.map);
    /** @type {HTMLElement | null} */
    this.page = null;
    scene.map.on("zoom", () => this.far());
    this.changeNo = 0;
    this.days = new WorkingDays();
    this.dated = "";
  }

  /** Whether the reader may see problems at all. */
  get on() {
    return Boolean(this.scene.options.ledger);
  }

  /** @param {HTMLElement} page @param {import("./panel.mjs").Panel} panel @param {AbortSignal} signal */
  enter(page, panel, signal) {
    this.panel = panel;
    this.page = page;
    this.far();
    this.reporting.enter(page);
    if (!this.on) return;
    document.addEventListener("onemap:news", (event) => this.count(event.detail), { signal });
    document.dispatchEvent(new Event("onemap:notice"));
  }

  /** From afar the panel says that only what presses is drawn. */
  far() {
    this.page?.classList.toggle("mp-far", this.scene.map.getZoom() < PINS_FROM);
  }

  /** Pins tell their days by this calendar, from today on. @param {MapState} state */
  show({ ledger_no: changeNo, calendar }) {
    if (!this.on) return;
    this.changeNo = changeNo ?? this.changeNo;
    this.days = new WorkingDays(calendar);
    const text = overdueText(this.days);
    const dated = JSON.stringify(text);
    if (dated === this.dated) return;
    this.dated = dated;
    this.scene.map.setLayoutProperty("overdue", "text-field", /** @type {any} */ (text)); // any: an expression
  }

  /** A step was made: its number is known, and what shows problems hears of it. @param {LedgerChange} data */
  change(data) {
    if (!data.anew) this.changeNo = Math.max(this.changeNo, data.change_no);
    document.dispatchEvent(new CustomEvent("onemap:ledger", { detail: data }));
  }

  /** The counts of strip and panel, as the server tells them to this reader. @param {News} news */
  count(news) {
    if (!this.panel) return;
    for (const each of this.panel.all("[data-told]")) {
      each.classList.remove("mp-skeleton");
      each.textContent = String(news[each.dataset.told ?? ""]);
      each.classList.toggle("mp-bad", each.dataset.told === "overdue" && news.overdue > 0);
    }
    /** @type {Record<string, string>} */
    const sentences = {
      overdue: news.overdue ? (news.longest ? say("longest", { n: news.longest }) : say("of_open", { n: news.open })) : say("none_overdue"),
      waiting: say("soon_n", { n: news.soon }),
    };
    for (const each of this.panel.all("[data-told-sentence]")) each.textContent = sentences[each.dataset.toldSentence ?? ""];
    for (const each of this.panel.all("[data-ledger-number=problems]")) each.textContent = String(news.open);
    for (const each of this.panel.all("[data-ledger-number=patrols]")) each.textContent = say("today_n", { n: news.patrols });
  }
}
