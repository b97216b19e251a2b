/* Parts of the form that registers a problem: whose draft it is, where it lies, that it is registered. */

import { element } from "../map/words.mjs";
import { choice } from "./choice.mjs";
import { moment } from "./drafts.mjs";
import { say } from "./send.mjs";

/** A line icon. @param {string} name */
export const icon = (name) => element("span", { class: `ic ic-${name}`, "aria-hidden": "true" });

/**
 * Asks in a line whether the draft of another place is gone on with.
 * @param {import("./drafts.mjs").Draft} draft @param {HTMLElement} line @param {Words} words
 * @returns {Promise<boolean>}
 */
export async function wanted(draft, line, words) {
  const where = draft.where || moment(draft.at);
  const on = element("button", { type: "button", class: "btn" }, say(words, "draft_continue", { where }));
  const anew = element("button", { type: "button", class: "btn" }, say(words, "draft_here"));
  line.replaceChildren(icon("clock"), element("span", {}, say(words, "draft_elsewhere", { at: moment(draft.at) })), on, anew);
  line.hidden = false;
  const isWanted = await new Promise((chosen) => {
    on.addEventListener("click", () => chosen(true));
    anew.addEventListener("click", () => chosen(false));
  });
  line.replaceChildren();
  line.hidden = true;
  return isWanted;
}

/**
 * Says in the line that a draft was restored, and what of it was lost; two presses discard it.
 * @param {HTMLElement} line @param {HTMLElement} lost @param {string} at @param {Words} words @param {() => unknown} discard
 */
export function restoredLine(line, lost, at, words, discard) {
  const button = element("button", { type: "button", class: "btn" }, say(words, "draft_discard"));
  button.addEventListener("click", () => {
    if (button.dataset.sure) discard();
    button.dataset.sure = "yes";
    button.textContent = say(words, "draft_discard_sure");
  });
  line.replaceChildren(icon("clock"), element("span", {}, say(words, "draft_restored", { at }), " ", lost), button);
  line.hidden = false;
}

/**
 * The fields of the place: the map, the device's place, a river's chainage or coordinates.
 * @param {import("./report_place.mjs").ReportPlace} place
 */
export function placeFields(place) {
  const { words, told } = place;
  const here = element("button", { type: "button", class: "btn" }, icon("locate"), say(words, "locate"));
  here.addEventListener("click", () => place.device.ask());
  const river = choice({ label: say(words, "river"), options: told.rivers });
  const chainage = element("input", { placeholder: "K12+350", "aria-label": say(words, "chainage"), maxlength: 20 });
  const lon = element("input", { placeholder: say(words, "lon"), "aria-label": say(words, "lon"), inputmode: "decimal" });
  const lat = element("input", { placeholder: say(words, "lat"), "aria-label": say(words, "lat"), inputmode: "decimal" });
  const datum = choice({ label: say(words, "datum"), options: told.datums });
  const find = (/** @type {() => Facts} */ ask) => {
    const button = element("button", { type: "button", class: "btn" }, say(words, "find"));
    button.addEventListener("click", () => place.ask(ask()));
    return button;
  };
  const typed = element(
    "details", { class: "rp-typed pd-field" },
    element("summary", {}, say(words, "type_place")),
    element("div", { class: "rp-line" }, river, chainage, find(() => ({ river: river.value, chainage: chainage.value }))),
    element("div", { class: "rp-line" }, lon, lat, datum, find(() => ({ x: lon.value, y: lat.value, crs: datum.value }))),
  );
  return [element("div", { class: "rp-head" }, element("h2", {}, say(words, "place")), element("span", { class: "sp" }), here), place.stage, place.located, place.status, place.preview, typed];
}

/** The card that says under which number it is registered. @param {number | undefined} status @param {any} body any: the server's answer @param {Words} words @param {HTMLElement[]} buttons */
export function doneCard(status, body, words, ...buttons) {
  const same = (body.similar ?? []).map((/** @type {Similar} */ each) => element("a", { href: each.url, class: "rp-same" }, say(words, "perhaps_same", { number: each.number, words: each.words })));
  return element(
    "div", { class: "card rp-done", role: "status" },
    element("span", { class: "rp-tick" }, icon("tick")),
    element("h2", {}, say(words, status === 200 ? "known" : "registered")),
    element("p", { class: "t2" }, say(words, "number", { number: body.number })),
    ...same,
    element("div", { class: "row" }, ...buttons),
  );
}
