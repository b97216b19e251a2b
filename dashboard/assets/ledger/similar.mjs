/* Open problems that a report may repeat: asked for before it is sent, and shown with what may be done. */

import { element } from "../map/words.mjs";
import { say } from "./send.mjs";

/** Open problems that may be the one described; none when they can't be read: that keeps nobody from reporting. @param {Placed} spot @param {string | null} category @returns {Promise<Similar[]>} */
export async function similarTo(spot, category) {
  const asked = new URLSearchParams({ lon: String(spot.lon), lat: String(spot.lat), category: category ?? "" });
  try {
    const answer = await fetch(`/api/v1/problems/similar?${asked}`);
    return answer.ok ? await answer.json() : [];
  } catch {
    return [];
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
