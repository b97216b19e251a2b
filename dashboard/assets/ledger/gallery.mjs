/* All photos of a problem, large, one at a time; arrows, Escape and Back work. */

import { element } from "../map/words.mjs";
import { say } from "./send.mjs";

const icon = (/** @type {string} */ name) => element("span", { class: `ic ic-${name}`, "aria-hidden": "true" });

/** Opens the photo at that place of the list. @param {Pick<ToldProblem, "photos" | "words">} told @param {number} start */
export function show(told, start) {
  const { photos, words } = told;
  if (!photos.length) return;
  let at = start;
  const image = element("img", { alt: "" });
  const caption = element("p", {});
  const count = element("span", { class: "t3" });
  const button = (/** @type {string} */ name, /** @type {string} */ label, /** @type {() => void} */ act) => {
    const made = element("button", { type: "button", class: `ib pg-${name}`, "aria-label": label, title: label }, icon(name));
    made.addEventListener("click", act);
    return made;
  };
  const draw = () => {
    const photo = photos[at];
    image.src = `/api/v1/photos/${photo.id}?size=shown`;
    image.alt = photo.words;
    caption.textContent = photo.words;
    count.textContent = say(words, "photo_of", { n: at + 1, count: photos.length });
  };
  const move = (/** @type {number} */ by) => {
    at = (at + by + photos.length) % photos.length;
    draw();
  };
  const close = button("close", say(words, "close"), () => dialog.close());
  const steps = photos.length > 1 ? [button("left", say(words, "previous"), () => move(-1)), button("right", say(words, "next"), () => move(1))] : [];
  const dialog = element("dialog", { class: "pg", "aria-label": say(words, "photo_of", { n: start + 1, count: photos.length }) }, image, ...steps, element("footer", {}, caption, count), close);
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") move(-1);
    if (event.key === "ArrowRight") move(1);
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  draw();
  dialog.showModal();
  const closed = window.onemapLeaving.hold({ isFilled: () => false, ask: () => {}, close: () => dialog.close() });
  dialog.addEventListener("close", () => {
    dialog.remove();
    closed();
  });
}
