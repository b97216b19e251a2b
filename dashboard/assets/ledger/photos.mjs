/* Photos of a form: chosen or taken, seen at once, sent one by one, kept or refused with the reason. */

import { element } from "../map/words.mjs";
import { exifOf, isHeic, withExif } from "./exif.mjs";
import { say, upload } from "./send.mjs";

const icon = (/** @type {string} */ name) => element("span", { class: `ic ic-${name}`, "aria-hidden": "true" });

/**
 * One photo of the form.
 * @typedef {object} Item
 * @property {File | null} file null for one of a draft whose file the browser has lost
 * @property {string} label the file's name
 * @property {string} name under which a draft keeps it
 * @property {"" | "sending" | "kept" | "failed"} state
 * @property {number | null} id
 * @property {HTMLElement} bar
 * @property {HTMLElement} told
 * @property {HTMLElement} again
 * @property {HTMLElement} box
 * @property {HTMLImageElement} image
 * @property {boolean} unseen whether the browser can't show the file itself, such as HEIC
 * @property {boolean} isSmaller whether it was made smaller because the original was too large
 * @property {boolean} refused whether the server refused the photo itself, so that sending it again is in vain
 * @property {Promise<void>} [job] what sends it, or asks whether it is kept
 * @property {() => void} [abort]
 */

/* Sixteen random bytes; unlike randomUUID they are had on plain HTTP too. */
export function fresh() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const SMALLER_PX = 4096;
const SMALLER_QUALITY = 0.9;

/**
 * The picture as a smaller JPEG that keeps what its camera wrote; null where the browser can't read it, and for HEIC, whose EXIF would be lost.
 * An original that fits is never touched.
 * @param {File} file @returns {Promise<File | null>}
 */
async function shrunk(file) {
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (isHeic(bytes)) return null;
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, SMALLER_PX / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    /** @type {Blob | null} */
    const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", SMALLER_QUALITY));
    if (!made || made.size >= file.size) return null;
    const exif = exifOf(bytes);
    const parts = exif ? withExif(new Uint8Array(await made.arrayBuffer()), exif) : [made];
    return new File(/** @type {BlobPart[]} */ (parts), file.name, { type: "image/jpeg" });
  } catch {
    return null;
  }
}

export class Photos {
  /**
   * `changed` is called whenever a photo comes, goes, or has been sent; `added` and `removed` with the one that came or went.
   * @param {{words: Words, most: number, label: string, changed?: () => void, added?: (item: Item) => void, removed?: (item: Item) => void}} form
   */
  constructor({ words, most, label, changed = () => {}, added = () => {}, removed = () => {} }) {
    this.words = words;
    this.most = most;
    this.changed = changed;
    this.added = added;
    this.removed = removed;
    /** @type {Item[]} */
    this.items = [];
    /** @type {((choice: "again" | "without" | null) => void) | undefined} answers the question about what was not sent */
    this.choose = undefined;
    this.input = element("input", { type: "file", accept: "image/jpeg,image/png,image/webp,image/heic,image/heif,.heic,.heif", multiple: "", class: "pd-file", "aria-label": label });
    this.add = element("label", { class: "pd-add" }, this.input, icon("camera"), element("span", {}, say(words, "add_photo")));
    this.question = element("div", { class: "pd-unsent", role: "alert", hidden: "" });
    this.surplus = element("p", { class: "pd-surplus", role: "alert", hidden: "" });
    this.box = element("div", { class: "pd-photos" }, this.add, this.surplus, this.question);
    this.online = () => this.sendFailed().then(() => !this.unsent.length && this.choose?.(null));
    window.addEventListener("online", this.online);
    this.input.addEventListener("change", () => this.take([...(this.input.files ?? [])]));
    this.box.addEventListener("dragover", (event) => event.preventDefault());
    this.box.addEventListener("drop", (event) => {
      event.preventDefault();
      this.take([...(event.dataTransfer?.files ?? [])]);
    });
  }

  get ids() {
    return this.items.flatMap((item) => item.id ?? []);
  }

  get busy() {
    return this.items.some((item) => item.state === "sending");
  }

  /** The photos that the server has not got: under way, or failed. */
  get unsent() {
    return this.items.filter((item) => item.state !== "kept");
  }

  /** The file names of photos that neither this browser nor the server has any more. */
  get lost() {
    return this.items.filter(({ file, id }) => !file && id === null).map(({ label }) => label);
  }

  /** Whether every photo that is shown is with the server: what failed is sent again, what fails again is asked about. */
  async whole() {
    let isAgain = false;
    while (this.unsent.length) {
      this.choose?.(null);
      if (this.busy || isAgain) this.tell(say(this.words, "wait_photos"));
      await this.sendFailed(isAgain);
      this.question.hidden = true;
      if (!this.unsent.length) break;
      const choice = await this.ask(this.unsent);
      if (!choice) return false;
      isAgain = choice === "again";
      if (choice === "without") this.unsent.forEach((item) => this.drop(item));
    }
    return true;
  }

  /** Sends what failed, by itself or by the reader's wish what was refused too; waits for all under way. @param {boolean} [isAsked] */
  async sendFailed(isAsked = false) {
    for (const item of this.items) if (item.state === "failed" && (isAsked || !item.refused)) this.send(item);
    await Promise.all(this.items.map(({ job }) => job));
  }

  /** What becomes of photos that can't be sent; null when the question has lost its point. @param {Item[]} unsent @returns {Promise<"again" | "without" | null>} */
  async ask({ length: n }) {
    const again = element("button", { type: "button", class: "btn s" }, say(this.words, "again"));
    const without = element("button", { type: "button", class: "btn s" }, n === 1 ? say(this.words, "without_photo") : say(this.words, "without_photos", { n }));
    this.tell(say(this.words, "unsent_photos", { n }), again, without);
    again.focus();
    /** @type {"again" | "without" | null} */
    const choice = await new Promise((chosen) => {
      this.choose = chosen;
      again.addEventListener("click", () => chosen("again"));
      without.addEventListener("click", () => chosen("without"));
    });
    this.choose = undefined;
    this.question.hidden = true;
    return choice;
  }

  /** @param {string} words @param {...HTMLElement} buttons */
  tell(words, ...buttons) {
    this.question.replaceChildren(element("span", {}, words), ...buttons);
    this.question.hidden = false;
    this.question.scrollIntoView({ block: "nearest" });
  }

  /** Sends every photo once more: those of the problem that has them already can't be another's. */
  sendAnew() {
    for (const item of this.items) {
      item.id = null;
      this.send(item);
    }
  }

  /** The form is gone: nothing of it is sent any more. */
  close() {
    window.removeEventListener("online", this.online);
    this.choose?.(null);
    for (const item of this.items) item.abort?.();
  }

  /** @param {File[]} files */
  take(files) {
    this.input.value = "";
    const room = Math.max(0, this.most - this.items.length);
    for (const file of files.slice(0, room)) this.put(file);
    const n = files.length - Math.min(files.length, room);
    this.surplus.textContent = n ? say(this.words, "too_many_photos", { most: this.most, n }) : "";
    this.surplus.hidden = !n;
    this.draw();
  }

  /** @param {File} file */
  put(file) {
    const item = this.show(file, fresh(), file.name);
    this.added(item);
    this.send(item);
  }

  /**
   * A photo of an earlier visit: one the server still has isn't sent again, one whose file is lost too stays to be seen.
   * @param {File | null} file @param {string} name @param {number | null} id @param {string} [label]
   */
  restore(file, name, id, label = file?.name ?? say(this.words, "photo_nth", { n: this.items.length + 1 })) {
    const item = this.show(file, name, label);
    if (id === null) this.send(item);
    else item.job = this.lookFor(item, id);
    this.draw();
    return item.job;
  }

  /** @param {Item} item @param {number} id @returns {Promise<void>} */
  async lookFor(item, id) {
    item.state = "sending";
    item.again.hidden = true;
    if (!item.file) item.id = id;
    const answer = await fetch(`/api/v1/photos/${id}?size=thumb`).catch(() => null);
    if (answer?.ok) {
      item.id = id;
      return this.settle(item, "kept", say(this.words, "kept"));
    }
    if (item.file) return this.upload(item);
    if (answer?.status === 404) return this.lose(item);
    item.again.hidden = false;
    this.settle(item, "failed", answer ? String(answer.status) : say(this.words, "offline"));
  }

  /** Says that the photo is nowhere any more; it stays until the reader removes it. @param {Item} item */
  lose(item) {
    item.id = null;
    item.refused = true;
    item.again.hidden = true;
    this.settle(item, "failed", say(this.words, "photo_lost", { name: item.label }));
  }

  /** @param {File | null} file @param {string} name @param {string} label */
  show(file, name, label) {
    const state = element("span", { class: "pd-state", role: "status" });
    const image = element("img", { alt: label });
    if (file) image.src = URL.createObjectURL(file);
    image.onload = () => URL.revokeObjectURL(image.src);
    image.onerror = () => {
      item.unseen = true;
      this.picture(item);
    };
    const remove = element("button", { type: "button", class: "pd-remove", "aria-label": say(this.words, "remove") }, icon("close"));
    const again = element("button", { type: "button", class: "pd-again", hidden: "" }, say(this.words, "again"));
    const bar = element("i", { class: "pd-bar" });
    /** @type {Item} */
    const item = { file, label, name, state: "", id: null, bar, told: state, again, image, unseen: !file, isSmaller: false, refused: false, box: element("figure", { class: "pd-photo" }, image, bar, state, again, remove) };
    remove.addEventListener("click", () => this.drop(item));
    again.addEventListener("click", () => this.send(item));
    this.items.push(item);
    this.add.before(item.box);
    return item;
  }

  /** @param {Item} item */
  send(item) {
    item.job = this.upload(item);
    return item.job;
  }

  /** @param {Item} item @returns {Promise<void>} */
  async upload(item) {
    item.box.classList.remove("bad", "kept");
    const { file, id } = item;
    if (!file) return id === null ? this.lose(item) : this.lookFor(item, id);
    item.state = "sending";
    item.again.hidden = true;
    const job = upload(file, this.words, (share) => {
      item.bar.style.width = `${share * 100}%`;
      item.told.textContent = share < 1 ? say(this.words, "sending", { n: Math.round(share * 100) }) : say(this.words, "checking");
    });
    item.abort = job.abort;
    this.changed();
    const answer = await job.sent;
    if (answer.status === 413 && !item.isSmaller) {
      const smaller = await shrunk(file);
      if (smaller) {
        item.file = smaller;
        item.isSmaller = true;
        return this.upload(item);
      }
    }
    item.id = answer.ok ? answer.body.id : null;
    item.refused = answer.status === 400 || answer.status === 413;
    item.again.hidden = answer.ok || item.refused;
    this.settle(item, answer.ok ? "kept" : "failed", answer.ok ? say(this.words, item.isSmaller ? "kept_smaller" : "kept") : answer.reason);
  }

  /** @param {Item} item @param {"kept" | "failed"} state @param {string} said */
  settle(item, state, said) {
    item.state = state;
    item.told.textContent = said;
    item.box.classList.add(state === "kept" ? "kept" : "bad");
    this.picture(item);
    this.changed();
  }

  /** A file that the browser can't show is shown as the server made it, whichever of the two is known later. @param {Item} item */
  picture(item) {
    const address = `/api/v1/photos/${item.id}?size=thumb`;
    if (item.unseen && item.id && !item.image.src.endsWith(address)) item.image.src = address;
  }

  /** @param {Item} item */
  drop(item) {
    item.abort?.();
    this.items = this.items.filter((other) => other !== item);
    item.box.remove();
    this.surplus.hidden = true;
    this.removed(item);
    if (!this.unsent.length) this.choose?.(null);
    this.draw();
  }

  draw() {
    this.add.hidden = this.items.length >= this.most;
    this.changed();
  }
}
