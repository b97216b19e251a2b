/* The dialog of one step, drawn from what the step needs; it writes, then the page is read anew. */

import { element } from "../map/words.mjs";
import { MAKERS } from "./fields.mjs";
import { show } from "./gallery.mjs";
import { post, say } from "./send.mjs";

const icon = (/** @type {string} */ name) => element("span", { class: `ic ic-${name}`, "aria-hidden": "true" });

/** Has the page read its problem anew. */
function refresh() {
  window.dash_clientside.set_props("problem-changed", { data: Date.now() });
}

/** While the page is read anew its buttons go, and the keyboard's place with them: the heading takes it. */
function home() {
  const give = () => {
    if (document.activeElement && document.activeElement !== document.body) return;
    const head = /** @type {HTMLElement | null} */ (document.querySelector(".pb-page h1"));
    head?.setAttribute("tabindex", "-1");
    head?.focus({ preventScroll: true });
  };
  const watch = new MutationObserver(give);
  watch.observe(document.documentElement, { childList: true, subtree: true });
  setTimeout(() => watch.disconnect(), LONGEST_MS);
  give();
}

/** @param {string} message @param {string} [color] */
function notice(message, color) {
  window.dash_clientside.set_props("shell-notice", {
    sendNotifications: [{ action: "show", message, color, autoClose: 6000 }],
  });
}

const SIGNS = { fits: "tick", doubtful: "warn", unknown: "minus", missing: "close" };

/** Every check with its own state, its value and its limit; nothing for none. @param {DialogSpec["checks"]} checks */
function checklist(checks) {
  if (!checks.length) return [];
  const items = checks.map(({ state, said, name, value, limit }) =>
    element("li", { class: state },
      element("span", { class: "c", role: "img", "aria-label": said }, icon(SIGNS[state])),
      element("span", { class: "n" }, name), element("span", { class: "v" }, value), element("span", { class: "t3" }, limit)));
  return [element("ul", { class: "pd-checks" }, ...items)];
}

/** What the step answers, as somebody wrote it, with the photos that came along; nothing for none. @param {ToldProblem} told @param {DialogSpec["basis"]} basis */
function answered({ photos, words }, basis) {
  if (!basis) return [];
  const shown = basis.photos.map((at) => {
    const small = element("button", { type: "button", class: "pd-seen", "aria-label": photos[at].words }, element("img", { alt: "", loading: "lazy", src: `/api/v1/photos/${photos[at].id}?size=thumb` }));
    small.addEventListener("click", () => show({ photos, words }, at));
    return small;
  });
  return [element("section", { class: "pd-basis" }, element("h3", {}, basis.title), ...basis.lines.map((line) => element("p", {}, line)), element("div", { class: "pd-seens" }, ...shown))];
}

/** Opens the dialog of that step. @param {ToldProblem} told @param {string} action */
export function open(told, action) {
  const spec = told.dialogs[action];
  if (!spec || document.querySelector("dialog.pd")) return;
  const { words } = told;
  const dialog = element("dialog", { class: "pd", "aria-labelledby": "pd-title" });
  const confirm = element("button", { type: "submit", class: spec.danger ? "btn danger" : "btn p" }, spec.confirm);
  const changed = () => {
    confirm.disabled = step.isStale || step.spec.checks.some(({ state }) => state === "missing") || dialog.dataset.busy === "true";
  };
  const checks = element("div", { class: "pd-checked" }, ...answered(told, spec.basis), ...checklist(spec.checks));
  /** @type {FormField[]} */
  const fields = spec.fields.map((field) => ({ ...MAKERS[field.kind](field, { words, told, changed }), name: field.name, either: field.either }));
  const filled = () => JSON.stringify(fields.map((field) => [field.value(), field.count?.()]));
  const atFirst = filled();
  let isDone = false;
  const shut = () => {
    isDone = true;
    dialog.close();
  };
  const wrong = element("p", { class: "pd-refused", role: "alert", hidden: "" });
  const title = element("h2", { id: "pd-title", tabindex: -1 }, spec.title);
  const close = element("button", { type: "button", class: "ib", "aria-label": say(words, "close") }, icon("close"));
  const cancel = element("button", { type: "button", class: "btn" }, say(words, "cancel"));
  const leaving = element("div", { class: "pd-unsent pd-leaving", role: "alert", hidden: "" });
  const isBusy = () => dialog.dataset.busy === "true";
  const isFilled = () => isBusy() || filled() !== atFirst;
  const leave = () => {
    if (isFilled()) doubt(leaving, shut, words, isBusy());
    else shut();
  };
  for (const button of [close, cancel]) button.addEventListener("click", leave);
  const form = element(
    "form", { novalidate: "" },
    element("header", {}, element("div", {}, title, element("p", { class: "t2" }, spec.note)), close),
    element("div", { class: "pd-body" }, checks, ...fields.map(({ box }) => box), wrong),
    leaving,
    element("footer", {}, element("span", { class: "t3 fs12" }, spec.foot), element("span", { class: "sp" }), cancel, confirm),
  );
  /** @type {Step} */
  const step = { told, action, spec, fields, dialog, confirm, wrong, checks, leaving, changed, shut, isStale: false };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(step);
  });
  dialog.append(form);
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    leave();
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault(); // a second Escape would close the dialog whatever "cancel" says
    leave();
  });
  dialog.addEventListener("close", () => {
    if (!isDone && isFilled()) {
      dialog.showModal(); // a phone's second Back in a row closes it whatever "cancel" says
      leave();
      return;
    }
    for (const field of fields) field.close?.();
    dialog.remove();
    closed();
  });
  document.body.append(dialog);
  changed();
  dialog.showModal();
  const closed = window.onemapLeaving.hold({ isFilled, ask: leave, close: shut });
  title.focus({ preventScroll: true });
}

/** A dialog asks before it is left with something not sent, or sent and not answered. @param {HTMLElement} leaving @param {() => void} shut @param {Words} words @param {boolean} isSent */
function doubt(leaving, shut, words, isSent) {
  const stay = element("button", { type: "button", class: "btn s" }, say(words, isSent ? "wait" : "stay"));
  const give = element("button", { type: "button", class: "btn s" }, say(words, isSent ? "leave" : "give_up"));
  stay.addEventListener("click", () => { leaving.hidden = true; });
  give.addEventListener("click", shut);
  leaving.replaceChildren(element("span", {}, say(words, isSent ? "on_its_way" : "not_sent")), stay, give);
  leaving.hidden = false;
  stay.focus();
}

/** Every field says what it lacks, in place; the first that lacks something is shown. @param {FormField[]} fields @param {Words} words */
function complete(fields, words) {
  const either = fields.find((field) => field.either);
  const photos = fields.find((field) => field.name === "photo_ids");
  /** @type {FormField | undefined} */
  let first;
  for (const field of fields) {
    let lacks = field.missing();
    if (field === either && !lacks && !field.value() && !photos?.count?.()) lacks = say(words, "need_either");
    /** @type {HTMLElement} */ (field.box.querySelector(".pd-wrong")).textContent = lacks;
    field.box.classList.toggle("bad", Boolean(lacks));
    if (lacks && !first) first = field;
  }
  first?.box.scrollIntoView({ block: "nearest" });
  first?.focus?.focus();
  return !first;
}

/**
 * One step on its way, with the parts of its dialog.
 * @typedef {{told: ToldProblem, action: string, spec: DialogSpec, fields: FormField[], dialog: HTMLDialogElement,
 *   confirm: HTMLButtonElement, wrong: HTMLElement, checks: HTMLElement, leaving: HTMLElement, changed: () => void, shut: () => void, isStale: boolean}} Step
 */

/** Sends a step that lacks nothing, once the server has every photo that is shown. @param {Step} step */
async function submit(step) {
  const { fields, dialog, told } = step;
  if (dialog.dataset.busy === "true" || !complete(fields, told.words)) return;
  for (const field of fields) if (field.whole && !(await field.whole())) return;
  if (dialog.isConnected && dialog.dataset.busy !== "true" && complete(fields, told.words)) send(step);
}

/** @param {Step} step */
async function send(step) {
  const { told, action, fields, dialog, confirm, wrong, leaving, changed } = step;
  const { words } = told;
  /** @type {Facts} */
  const body = { version: told.version };
  for (const field of fields) {
    const value = field.value();
    if (value !== null && value !== "" && !(Array.isArray(value) && !value.length)) body[field.name] = value;
  }
  dialog.dataset.busy = "true";
  wrong.hidden = leaving.hidden = true;
  confirm.textContent = say(words, "working");
  changed();
  const answer = await post(`/api/v1/problems/${told.id}/actions/${action}`, body, words);
  const isLeft = !dialog.isConnected;
  if (answer.status === 409 && !isLeft) await renew(step);
  dialog.dataset.busy = "false";
  leaving.hidden = true;
  confirm.textContent = step.spec.confirm;
  changed();
  if (answer.ok) {
    step.shut();
    notice(step.spec.done);
    if (page()) refresh();
    if (!isLeft) home();
    return;
  }
  if (isLeft) return notice(`${told.number}: ${answer.reason}`, "red");
  wrong.textContent = answer.status === 409 ? overtaken(step, answer.reason) : answer.reason;
  wrong.hidden = false;
  wrong.scrollIntoView({ block: "nearest" });
}

const LONGEST_MS = 6000;
const page = () => /** @type {HTMLElement | null} */ (document.querySelector("[data-problem]"));
const shape = (/** @type {DialogSpec | undefined} */ spec) => JSON.stringify(spec?.fields.map(({ name, kind, required }) => [name, kind, required]));

/** Somebody was faster: the page is read anew, and the dialog goes on from there with what was filled in. @param {Step} step */
async function renew(step) {
  const { told, action, spec, checks } = step;
  /** @type {ToldProblem | null} */
  const now = await new Promise((found) => {
    const look = () => {
      const read = JSON.parse(page()?.dataset.problem ?? "null");
      if (read && read.version !== told.version) found(read);
    };
    const watch = new MutationObserver(look);
    watch.observe(document.documentElement, { childList: true, subtree: true });
    setTimeout(() => {
      watch.disconnect();
      found(null);
    }, LONGEST_MS);
    refresh();
    look();
  });
  const next = now?.dialogs[action];
  step.isStale = !now || !next || shape(next) !== shape(spec);
  if (now) step.told = now;
  if (!next || step.isStale) return;
  step.spec = next;
  checks.replaceChildren(...answered(step.told, next.basis), ...checklist(next.checks));
}

/** What to say when somebody was faster: why, how the problem stands now, what becomes of what was written. @param {Step} step @param {string} reason */
function overtaken({ told, isStale }, reason) {
  const { words, status } = told;
  return [say(words, "conflict", { reason }), say(words, "state_now", { status }), say(words, isStale ? "step_gone" : "step_again")].join(" ");
}
