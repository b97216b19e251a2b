/* A choice from a list in forms that scripts build: the looks of the kit's other choices. */

import { element } from "../map/words.mjs";

/** @typedef {{value: string, word: string}} Offered */
/** @typedef {{id?: string, label?: string, value?: string, empty?: string, options?: Offered[], groups?: {word: string, options: Offered[]}[]}} Asked */

let count = 0;

/** A button that shows what is chosen and opens a list; its `value` may be read and set, and it tells `change`. @param {Asked} asked */
export function choice({ id, label, value = "", empty = "", options = [], groups = [] }) {
  const name = `om-choice-${(count += 1)}`;
  const said = element("span", {});
  const face = { type: "button", class: "om-choice", role: "combobox", "aria-haspopup": "listbox", "aria-expanded": "false", "aria-controls": name, "aria-label": label, id };
  const button = element("button", face, said, element("span", { class: "ic ic-down", "aria-hidden": "true" }));
  const list = element("div", { class: "om-choice-list", id: name, role: "listbox", popover: "manual", "aria-label": label });
  /** @type {(Offered & {node: HTMLElement})[]} */
  const offered = [];
  const offer = (/** @type {HTMLElement} */ box, /** @type {Offered} */ one) => {
    const node = element("div", { role: "option", id: `${name}-${offered.length}`, "aria-selected": "false" }, one.word);
    node.addEventListener("click", () => take(one.value));
    offered.push({ ...one, node });
    box.append(node);
  };
  if (empty) offer(list, { value: "", word: empty });
  for (const one of options) offer(list, one);
  for (const group of groups) {
    const box = element("div", { role: "group", "aria-label": group.word }, element("span", { "aria-hidden": "true" }, group.word));
    for (const one of group.options) offer(box, one);
    list.append(box);
  }

  let held = "";
  let at = 0;
  const hold = (/** @type {string} */ next) => {
    const found = Math.max(0, offered.findIndex((one) => one.value === String(next)));
    held = offered[found]?.value ?? "";
    said.textContent = offered[found]?.word ?? "";
    offered.forEach(({ node }, each) => node.setAttribute("aria-selected", String(each === found)));
    at = found;
  };
  Object.defineProperty(button, "value", { get: () => held, set: hold });
  hold(value);

  const isOpen = () => button.getAttribute("aria-expanded") === "true";
  const look = (/** @type {number} */ next) => {
    at = Math.min(offered.length - 1, Math.max(0, next));
    offered.forEach(({ node }, each) => node.classList.toggle("is-at", each === at));
    button.setAttribute("aria-activedescendant", offered[at]?.node.id ?? "");
    offered[at]?.node.scrollIntoView({ block: "nearest" });
  };
  const shut = () => {
    if (!isOpen()) return;
    button.setAttribute("aria-expanded", "false");
    button.removeAttribute("aria-activedescendant");
    list.remove();
    document.removeEventListener("pointerdown", leave, true);
  };
  const leave = (/** @type {Event} */ event) => {
    const into = /** @type {Node} */ (event.target);
    if (!list.contains(into) && !button.contains(into)) shut();
  };
  const open = () => {
    button.after(list);
    list.showPopover();
    const { left, top, bottom, width } = button.getBoundingClientRect();
    const below = innerHeight - bottom - 12;
    const isUp = below < 200 && top > below;
    list.style.cssText = `left:${left}px;width:${width}px;max-height:${Math.min(320, isUp ? top - 12 : below)}px;${isUp ? `bottom:${innerHeight - top + 4}px` : `top:${bottom + 4}px`}`;
    button.setAttribute("aria-expanded", "true");
    document.addEventListener("pointerdown", leave, true);
    look(at);
  };
  const take = (/** @type {string} */ next) => {
    shut();
    button.focus();
    if (next === held) return;
    hold(next);
    for (const kind of ["input", "change"]) button.dispatchEvent(new Event(kind, { bubbles: true }));
  };

  let typed = "";
  let typedAt = 0;
  const seek = (/** @type {KeyboardEvent} */ event) => {
    typed = event.timeStamp - typedAt > 800 ? event.key : typed + event.key;
    typedAt = event.timeStamp;
    const found = offered.findIndex(({ word }) => word.toLowerCase().startsWith(typed.toLowerCase()));
    if (found >= 0) look(found);
  };
  button.addEventListener("click", () => (isOpen() ? shut() : open()));
  button.addEventListener("blur", () => setTimeout(() => !list.contains(document.activeElement) && shut(), 150));
  button.addEventListener("keydown", (event) => {
    /** @type {Record<string, number>} */
    const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: offered.length - 1 };
    if (!isOpen()) {
      if (!["ArrowDown", "ArrowUp", "Enter", " "].includes(event.key)) return;
      open();
    } else if (event.key in steps) look(steps[event.key]);
    else if (event.key === "Enter" || event.key === " ") take(offered[at].value);
    else if (event.key === "Escape") shut();
    else if (event.key.length === 1) seek(event);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return button;
}
