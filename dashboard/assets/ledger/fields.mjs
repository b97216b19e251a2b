/* The fields of a dialog, one maker a kind: each answers `{box, value(), missing()}`. */

import { element } from "../map/words.mjs";
import { choice } from "./choice.mjs";
import { Device } from "./device.mjs";
import { Photos } from "./photos.mjs";
import { say } from "./send.mjs";
import { chooser } from "./spot.mjs";

let count = 0;
const icon = (/** @type {string} */ name) => element("span", { class: `ic ic-${name}`, "aria-hidden": "true" });

/** @typedef {Omit<FormField, "name" | "either">} Made */
/** @typedef {{words: Words, told: {lon: number, lat: number}, changed: () => void}} Around */

/** @param {FieldSpec} field @param {HTMLElement} input @param {...HTMLElement} more */
function framed(field, input, ...more) {
  const id = `pd-${(count += 1)}`;
  input.id ||= id;
  const label = element("label", { for: input.id }, field.label, field.required ? element("span", { class: "pd-must", "aria-hidden": "true" }, " *") : null);
  return element("div", { class: "pd-field", "data-field": field.name }, label, ...more, field.hint ? element("p", { class: "pd-hint" }, field.hint) : null, element("p", { class: "pd-wrong", role: "alert" }));
}

/** @param {FieldSpec} field @param {Around} around @returns {Made} */
function text(field, { words }) {
  const input = element("textarea", { rows: 3, maxlength: 2000 });
  input.required = Boolean(field.required);
  return {
    box: framed(field, input, input),
    focus: input,
    value: () => input.value.trim(),
    missing: () => (field.required && !input.value.trim() ? say(words, "need_text") : ""),
  };
}

/** @param {FieldSpec} field @param {Around} around @returns {Made} */
function select(field, { words }) {
  const { label, value, options, groups } = field;
  const input = choice({ label, value, options, groups, empty: value ? "" : field.empty ?? "—" });
  return {
    box: framed(field, input, input),
    focus: input,
    value: () => (field.number ? Number(input.value) || null : input.value || null),
    missing: () => (field.required && !input.value ? say(words, "need_choice") : ""),
  };
}

/** @param {FieldSpec} field @param {Around} around @returns {Made} */
function radio(field, { words }) {
  const name = `pd-radio-${(count += 1)}`;
  const boxes = (field.options ?? []).map((one) => {
    const input = element("input", { type: "radio", name, value: one.value });
    input.checked = one.value === field.value;
    return element("label", { class: "pd-choice" }, input, element("b", {}, one.word), one.hint ? element("span", { class: "t3" }, one.hint) : null);
  });
  const group = element("div", { class: "pd-choices", role: "radiogroup", "aria-label": field.label }, ...boxes);
  const chosen = () => /** @type {HTMLInputElement | null} */ (group.querySelector("input:checked"))?.value ?? null;
  return {
    box: framed(field, group, group),
    focus: group.querySelector("input"),
    value: chosen,
    missing: () => (field.required && !chosen() ? say(words, "need_choice") : ""),
  };
}

/** @param {FieldSpec} field @param {Around} around @returns {Made} */
function date(field, { words }) {
  const input = element("input", { type: "date", min: field.least, max: field.last, value: field.value });
  return {
    box: framed(field, input, input),
    focus: input,
    /* The proposed day is left to the rule, so that the rule stays told as the reason. */
    value: () => (input.value && input.value !== field.proposed ? input.value : null),
    missing: () => (field.required && !input.value ? say(words, "need_choice") : ""),
  };
}

/** @param {FieldSpec} field @param {Around} around @returns {Made} */
function photos(field, { words, changed }) {
  const made = new Photos({ words, most: field.most ?? 0, label: field.label, changed });
  return {
    box: framed(field, made.input, made.box),
    focus: made.input,
    value: () => made.ids,
    count: () => made.items.length,
    missing: () => (field.required && !made.items.length ? say(words, "need_photo") : ""),
    whole: () => made.whole(),
    close: () => made.close(),
  };
}

/** @param {FieldSpec} field @param {Around} around @returns {Made} */
function place(field, { words, told }) {
  /** @type {{x: number, y: number, crs: string, accuracy_m: number | null} | null} */
  let found = null;
  const said = element("p", { class: "pd-said", role: "status" }, say(words, "move_pin"));
  const asked = element("p", { class: "pd-device", role: "status" });
  const button = element("button", { type: "button", class: "btn s" }, icon("locate"), say(words, "locate"));
  const stage = element("div", { class: "pd-map" });
  const put = (/** @type {number} */ lon, /** @type {number} */ lat, /** @type {number | null} */ accuracy) => {
    device.drop();
    found = { x: lon, y: lat, crs: "EPSG:4326", accuracy_m: accuracy };
    said.textContent = say(words, accuracy === null ? "place_marked" : "place_is", { lon: lon.toFixed(5), lat: lat.toFixed(5), n: Math.round(accuracy ?? 0) });
  };
  const ready = chooser(stage, { center: [told.lon, told.lat], zoom: 14, label: field.label, chosen: (/** @type {number} */ lon, /** @type {number} */ lat) => put(lon, lat, null) });
  const device = new Device(asked, words, ({ longitude, latitude, accuracy }) => {
    put(longitude, latitude, Math.min(10000, accuracy));
    ready.then(({ set }) => set(longitude, latitude));
  });
  button.addEventListener("click", () => device.ask());
  return {
    box: framed(field, stage, element("div", { class: "pd-where" }, button, said, asked), stage),
    focus: button,
    value: () => found,
    missing: () => (field.required && !found ? say(words, "need_place") : ""),
  };
}

/** @type {Record<string, (field: FieldSpec, around: Around) => Made>} */
export const MAKERS = { text, select, radio, date, photos, place };
