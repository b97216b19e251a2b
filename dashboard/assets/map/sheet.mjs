/* The drawer's frame: a float at the right on desktop, a sheet with three heights on a phone. */

import { isPhone } from "./palette.mjs";

const HEIGHTS = ["peek", "half", "full"];
const pixels = (/** @type {string} */ name) => /** @type {Record<string, number>} */ ({ peek: 120, half: innerHeight * 0.46, full: innerHeight * 0.9 })[name];

export class Sheet {
  /** @param {HTMLElement} page @param {() => void} moved */
  constructor(page, moved) {
    this.frame = /** @type {HTMLElement} */ (page.querySelector("#one-map-drawer-frame"));
    this.handle = /** @type {HTMLElement} */ (this.frame.querySelector(".mp-handle"));
    this.moved = moved;
    this.at = "half";
    this.handle.addEventListener("pointerdown", (event) => this.drag(event));
    this.handle.addEventListener("keydown", (event) => this.key(event));
  }

  get open() {
    return !this.frame.hidden;
  }

  show() {
    if (this.frame.hidden) this.at = "half";
    this.frame.hidden = false;
    this.settle();
  }

  hide() {
    this.frame.hidden = true;
    this.moved();
  }

  settle(name = this.at) {
    this.at = name;
    this.frame.dataset.height = name;
    this.frame.style.setProperty("--om-sheet", `${pixels(name)}px`);
    this.moved();
  }

  /** The height the sheet covers of a phone's map, 0 on a desktop. */
  get covered() {
    return this.open && isPhone() ? Math.min(pixels(this.at), innerHeight * 0.5) : 0;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const step = /** @type {Record<string, number>} */ ({ ArrowUp: 1, ArrowDown: -1, Enter: 1, " ": 1 })[event.key];
    if (!step) return;
    event.preventDefault();
    const wraps = event.key === "Enter" || event.key === " ";
    const to = HEIGHTS.indexOf(this.at) + step;
    this.settle(HEIGHTS[wraps ? to % 3 : Math.max(0, Math.min(2, to))]);
  }

  /** @param {PointerEvent} start */
  drag(start) {
    const from = this.frame.getBoundingClientRect().height;
    let height = from;
    this.handle.setPointerCapture(start.pointerId);
    this.frame.classList.add("mp-dragging");
    const move = (/** @type {PointerEvent} */ event) => {
      height = Math.max(80, Math.min(innerHeight * 0.92, from + start.clientY - event.clientY));
      this.frame.style.setProperty("--om-sheet", `${height}px`);
    };
    const end = (/** @type {PointerEvent} */ event) => {
      this.handle.removeEventListener("pointermove", move);
      this.frame.classList.remove("mp-dragging");
      const away = (/** @type {string} */ name) => Math.abs(pixels(name) - height);
      const [near] = [...HEIGHTS].sort((a, b) => away(a) - away(b));
      const tapped = /** @type {Record<string, string>} */ ({ peek: "half", half: "full", full: "half" })[this.at];
      if (Math.abs(height - from) >= 6) this.settle(near);
      else this.settle(event.type === "pointerup" ? tapped : this.at);
    };
    this.handle.addEventListener("pointermove", move);
    this.handle.addEventListener("pointerup", end, { once: true });
    this.handle.addEventListener("pointercancel", end, { once: true });
  }
}
