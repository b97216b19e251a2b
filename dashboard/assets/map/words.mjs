/* Words in the reader's language, as the page brought them. */

let words = {};
let language = globalThis.document?.documentElement.lang.startsWith("en") ? "en" : "zh";

export function readWords(page) {
  words = JSON.parse(page.dataset.words);
  language = page.dataset.language;
}

/** The words under a key with its named holes filled. */
export function say(key, facts = {}) {
  const template = words[key] ?? key;
  return template.replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");
}

export const inEnglish = () => language === "en";

/** The name to show: the English one for English readers where there is one. */
export function nameOf(thing) {
  return (inEnglish() && thing.name_en) || thing.name;
}

export const clock = (date) =>
  date.toLocaleTimeString("en-GB", { hour12: false, timeZone: "Asia/Shanghai" });

/** How long ago, in hours up to two days and in days beyond. */
export function ago(iso) {
  const hours = Math.max(1, Math.round((Date.now() - new Date(iso).getTime()) / 3600000));
  return hours <= 48 ? say("hours_ago", { n: hours }) : say("days_ago", { n: Math.round(hours / 24) });
}

/** An element with text and children, never with markup from outside. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** What a station or water shows now, in words. */
export function stateWords(properties, numerals) {
  const { state, cls, comp, mult } = properties;
  if (comp) return comp === "exceeding" && mult ? say("exceeding_by", { n: mult.toFixed(1) }) : say(`compliance.${comp}`);
  if (state === "graded") return numerals[cls];
  if (state === "partial") return say("partial", { have: properties.have ?? "", need: properties.need ?? "" });
  if (state === "stale") return properties.at ? `${say("stale")} · ${ago(properties.at)}` : say("stale");
  return say("none");
}

/** What stands behind a mean: how many values, and their share of what was promised. */
export function sampleWords({ n, valid }) {
  if (n === undefined) return null;
  if (valid === undefined) return say("sample", { n });
  const percent = valid < 1 ? Math.min(99, Math.round(100 * valid)) : 100;
  return `${say("sample", { n })} · ${say("valid_share", { share: percent })}`;
}
