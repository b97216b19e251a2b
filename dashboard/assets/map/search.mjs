/* The search box: asks while one types, arrows choose, Enter flies there, Esc closes. */

import { isPhone } from "./palette.mjs";
import { element, nameOf, say } from "./words.mjs";

const WAIT_MS = 150;
/** As many as the server takes. */
const MOST_SIGNS = 64;

/** The longest of the texts that fits, else the last. @param {string[]} texts @param {number} width in pixels @param {(text: string) => number} measure */
export const fitting = (texts, width, measure) => texts.find((text) => measure(text) <= width) ?? texts[texts.length - 1];

/** How long a text is in the box, in pixels. @param {HTMLElement} box */
function measureIn(box) {
  const pen = document.createElement("canvas").getContext("2d");
  const { fontWeight, fontSize, fontFamily } = getComputedStyle(box);
  if (pen) pen.font = `${fontWeight} ${fontSize} ${fontFamily}`;
  return (/** @type {string} */ text) => pen?.measureText(text).width ?? 0;
}

export class Search {
  /** @param {HTMLElement} page @param {(hit: Hit) => void} choose */
  constructor(page, choose) {
    this.page = page;
    this.input = element("input", {
      type: "search", id: "one-map-search-input", maxlength: String(MOST_SIGNS), placeholder: say("search"), "aria-label": say("search"), autocomplete: "off",
    });
    this.list = element("ul", { id: "one-map-search-list", class: "mp-hits mp-float", role: "listbox", "aria-label": say("results") });
    this.list.hidden = true;
    this.box = element(
      "div", { id: "one-map-search", class: "mp-search", role: "search" },
      element("span", { class: "ic ic-search", "aria-hidden": "true" }), this.input, element("kbd", { "aria-hidden": "true" }, "/"), this.list,
    );
    this.place();
    this.choose = choose;
    /** @type {Hit[]} */
    this.found = [];
    this.at = -1;
    this.asked = 0;
    this.asking = ""; // the phrase whose answer is under way
    /** @type {string | null} */
    this.answered = ""; // the phrase that `found` answers, null where the search for it failed
    this.isEntered = false; // Enter was pressed while waiting
    this.input.setAttribute("role", "combobox");
    this.input.setAttribute("aria-controls", this.list.id);
    this.input.setAttribute("aria-expanded", "false");
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("focus", () => this.back());
    this.input.addEventListener("blur", () => setTimeout(() => this.left(), WAIT_MS));
  }

  /** In the bar where it has a place for it, over the map on a phone. */
  place() {
    const bar = document.getElementById("shell-search");
    const place = bar && !isPhone() ? bar : this.page;
    if (this.box.parentElement !== place) place.append(this.box); // put anew it would lose the keyboard
    const room = this.input.clientWidth;
    if (room) this.input.placeholder = fitting([say("search"), say("search_brief"), say("search_word")], room, measureIn(this.input));
  }

  remove() {
    this.forget();
    this.box.remove();
  }

  focus() {
    this.input.focus();
    this.input.select();
  }

  get phrase() {
    return this.input.value.trim();
  }

  /** Whether what stands in the box has no answer yet. */
  get isWaiting() {
    return this.phrase !== this.answered;
  }

  /** The box has the keyboard again: what was found for its phrase is shown, else asked for. */
  back() {
    if (this.isWaiting) this.ask();
    else if (this.found.length) this.show();
  }

  /** The keyboard went elsewhere: nothing opens any more, and an Enter that still waits is taken back. */
  left() {
    if (document.activeElement === this.input) return;
    this.hide();
    this.forget();
  }

  typed() {
    clearTimeout(this.timer);
    this.isEntered = false;
    this.timer = setTimeout(() => this.ask(), WAIT_MS);
  }

  async ask() {
    clearTimeout(this.timer);
    const phrase = this.phrase;
    const turn = ++this.asked;
    this.asking = phrase;
    if (!phrase) {
      this.answered = phrase;
      this.found = [];
      this.hide();
      return;
    }
    try {
      const answer = await fetch(`/api/v1/search?q=${encodeURIComponent(phrase)}`);
      if (!answer.ok) throw new Error(String(answer.status));
      const found = await answer.json();
      if (turn !== this.asked) return;
      this.asking = "";
      this.answered = phrase;
      this.found = found;
      this.show(found.length ? null : say("no_hit"));
      if (this.isEntered) this.take(this.at);
    } catch {
      if (turn !== this.asked) return;
      this.asking = "";
      this.answered = null;
      this.isEntered = false;
      this.found = [];
      this.show(say("search_failed"));
    }
  }

  /** @param {string | null} [message] */
  show(message = null) {
    this.at = this.found.length ? 0 : -1;
    const rows = message
      ? [element("li", { class: "mp-hit mp-t3" }, message)]
      : this.found.map((hit, number) => this.row(hit, number));
    this.list.replaceChildren(...rows);
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.mark();
  }

  /** @param {Hit} hit @param {number} number */
  row(hit, number) {
    const water = hit.beside && nameOf({ name: hit.beside, name_en: hit.beside_en });
    const beside = [say(`kind.${hit.kind}`), water, hit.code].filter(Boolean).join(" · ");
    const row = element(
      "li", { class: "mp-hit", role: "option", id: `one-map-hit-${number}` },
      element("b", {}, nameOf(hit)), element("span", { class: "mp-t3" }, beside),
    );
    row.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.take(number);
    });
    return row;
  }

  mark() {
    [...this.list.children].forEach((row, number) => {
      row.setAttribute("aria-selected", String(number === this.at));
      if (number === this.at) row.scrollIntoView({ block: "nearest" });
    });
    if (this.at >= 0) this.input.setAttribute("aria-activedescendant", `one-map-hit-${this.at}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.isComposing) return; // the key is the input method's: Enter there ends a word of pinyin
    if (event.key === "Escape") {
      event.stopPropagation();
      this.forget();
      this.hide();
      this.input.blur();
    } else if (event.key === "Enter" && (this.isWaiting || this.at >= 0)) {
      event.preventDefault();
      if (this.isWaiting) this.enter();
      else this.take(this.at);
    } else if (["ArrowDown", "ArrowUp"].includes(event.key) && this.found.length && !this.isWaiting) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.at = (this.at + step + this.found.length) % this.found.length;
      this.mark();
    }
  }

  /** Take the first hit once it is known, and ask for it now. */
  enter() {
    this.isEntered = true;
    if (this.asking !== this.phrase) this.ask();
  }

  /** @param {number} number */
  take(number) {
    const hit = this.found[number];
    this.isEntered = false;
    if (!hit) return;
    this.forget();
    this.hide();
    this.input.blur();
    this.choose(hit);
  }

  /** No answer under way opens the list or is taken any more. */
  forget() {
    clearTimeout(this.timer);
    this.asked += 1;
    this.asking = "";
    this.isEntered = false;
  }

  hide() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
  }
}
