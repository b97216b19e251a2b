/* Words in the reader's language, as the page brought them. */

/** @type {Words} */
let words = {};
let language = globalThis.document?.documentElement.lang.startsWith("en") ? "en" : "zh";

/** The page's words are said from now on. @param {HTMLElement} page */
export function readWords(page) {
  words = JSON.parse(page.dataset.words ?? "{}");
  language = page.dataset.language ?? language;
}

/**
 * The words under a key with its named holes filled.
 * @param {string} key
 * @param {Facts} [facts]
 */
export function say(key, facts = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(facts[name] ?? ""));
}

export const inEnglish = () => language === "en";

/** The name to show: the English one for English readers where there is one. @param {{name: string, name_en?: string | null}} thing */
export function nameOf(thing) {
  return (inEnglish() && thing.name_en) || thing.name;
}

/** The time of day in China. @param {Date} date */
export const clock = (date) =>
  date.toLocaleTimeString("en-GB", { hour12: false, timeZone: "Asia/Shanghai" });

/** How long ago, in hours up to two days and in days beyond. @param {string | number} at ISO 8601, or seconds as in a tile */
export function ago(at) {
  const then = typeof at === "number" ? at * 1000 : new Date(at).getTime();
  const hours = Math.max(1, Math.round((Date.now() - then) / 3600000));
  return hours <= 48 ? say("hours_ago", { n: hours }) : say("days_ago", { n: Math.round(hours / 24) });
}

/**
 * An element with text and children, never with markup from outside.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | number | boolean | null | undefined>} [attributes]
 * @param {...(Node | string | null | undefined)} children
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(name, String(value));
  }
  for (const child of children) if (child !== null && child !== undefined) made.append(child);
  return made;
}

const LEAST_MULTIPLE = 0.05;
/** As the server says it: one decimal, an exact half to the even digit; what would round to nothing is less than 0.1. @param {number} mult */
const beyond = (mult) => (mult < LEAST_MULTIPLE ? say("exceeding_little") : say("exceeding_by", { n: (mult % 1 === 0.25 ? mult - 0.01 : mult).toFixed(1) }));

/**
 * What a station or water shows now, in words.
 * @param {Partial<Properties>} properties
 * @param {string[]} numerals
 */
export function stateWords(properties, numerals) {
  const { state, cls, comp, mult } = properties;
  if (comp) return comp === "exceeding" && mult ? beyond(mult) : say(`compliance.${comp}`);
  if (state === "graded") return numerals[cls ?? 0];
  if (state === "partial") return say("partial", { have: properties.have ?? "", need: properties.need ?? "" });
  if (state === "stale") return properties.at ? `${say("stale")} · ${ago(properties.at)}` : say("stale");
  return say("none");
}

/** What a water's class says: no section stands for it below 0, none is sure of it at 0. @param {number} cls @param {string[]} numerals */
export const waterWords = (cls, numerals) => (cls > 0 ? numerals[cls] : say(cls === 0 ? "unsure" : "none"));

/** What stands behind a mean: how many values, and their share of what was promised. @param {Partial<Properties>} properties */
export function sampleWords({ n, valid }) {
  if (n === undefined) return null;
  if (valid === undefined) return say("sample", { n });
  const percent = valid < 1 ? Math.min(99, Math.round(100 * valid)) : 100;
  return `${say("sample", { n })} · ${say("valid_share", { share: percent })}`;
}
