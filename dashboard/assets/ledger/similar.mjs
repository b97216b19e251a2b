/* Open problems that a report may repeat: asked for before it is sent, and shown with what may be done. */

import { element } from "../map/words.mjs";
import { reason, say } from "./send.mjs";

/** Whose page this is has changed: what the server would answer now is another account's, or nobody's. */
const STOPS = new Set([401, 403, 412]);

/**
 * Open problems that may be the one described; none when they can't be read, which keeps nobody from reporting.
 * A page that the server no longer answers reports nothing: `refused` says why.
 * @param {Placed} spot @param {string | null} category @param {Words} words @returns {Promise<{known: Similar[], refused: string}>}
 */
export async function similarTo(spot, category, words) {
  const asked = new URLSearchParams({ lon: String(spot.lon), lat: String(spot.lat), category: category ?? "" });
  try {
    const answer = await fetch(`/api/v1/problems/similar?${asked}`);
    if (answer.ok) return { known: await answer.json(), refused: "" };
    if (!STOPS.has(answer.status)) return { known: [], refused: "" };
    return { known: [], refused: reason({ status: answer.status, body: await answer.json().catch(() => null) }, words) };
  } catch {
    return { known: [], refused: "" };
  }
}

/**
 * Shows them in the box: each can be looked at or named as the same, or none of them is.
 * @param {HTMLElement} box
 * @param {Similar[]} found
 * @param {Words} words
 * @param {{same: (each: Similar) => void, anyway: () => void}} then
 */
export function suggest(box, found, words, then) {
  const button = (/** @type {string} */ label, /** @type {() => void} */ act, name = "btn") => {
    const made = element("button", { type: "button", class: name }, label);
    made.addEventListener("click", act);
    return made;
  };
  const lines = found.map((each) => element(
    "div", { class: "rp-near" },
    element("span", { class: "ic ic-warn", "aria-hidden": "true" }),
    element("span", {}, `${each.number} · ${each.words}`),
    element("a", { href: each.url, target: "_blank" }, say(words, "look")),
    button(say(words, "is_same"), () => then.same(each)),
  ));
  const anyway = button(say(words, "send_anyway"), then.anyway, "btn rp-anyway");
  box.replaceChildren(element("h2", {}, say(words, "same")), ...lines, anyway);
  box.hidden = false;
  box.scrollIntoView({ block: "center" });
  anyway.focus({ preventScroll: true });
}
