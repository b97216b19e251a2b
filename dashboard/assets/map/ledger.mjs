/* The ledger on the map: pins and tracks, their counts on strip and panel, the click that reports. */

import { Pins } from "./pins.mjs";
import { Reporting } from "./report.mjs";
import { say } from "./words.mjs";

export class Ledger {
  /** @param {import("./scene.mjs").Scene} scene */
  constructor(scene) {
    this.scene = scene;
    this.pins = new Pins(scene.map);
    this.reporting = new Reporting(scene.map);
  }

  /** Whether the reader may see problems at all. */
  get on() {
    return Boolean(this.scene.options.ledger);
  }

  /** @param {HTMLElement} page @param {import("./panel.mjs").Panel} panel @param {AbortSignal} signal */
  enter(page, panel, signal) {
    this.panel = panel;
    this.reporting.enter(page);
    if (!this.on) return;
    document.addEventListener("onemap:news", (event) => this.count(event.detail), { signal });
    document.dispatchEvent(new Event("onemap:notice"));
  }

  async load() {
    if (this.on) await this.pins.load();
  }

  /** The pins that look other than before; null when all are to be loaded anew. @param {LedgerChange} data */
  change(data) {
    const changed = data.anew ? null : this.pins.change(data);
    document.dispatchEvent(new CustomEvent("onemap:ledger", { detail: data }));
    return changed;
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
      new: say("of_open", { n: news.open }),
      waiting: say("soon_n", { n: news.soon }),
    };
    for (const each of this.panel.all("[data-told-sentence]")) each.textContent = sentences[each.dataset.toldSentence ?? ""];
    for (const each of this.panel.all("[data-ledger-number=problems]")) each.textContent = String(news.open);
    for (const each of this.panel.all("[data-ledger-number=patrols]")) each.textContent = say("today_n", { n: news.patrols });
  }
}
