/* The dialog of one step, drawn from what the step needs; it writes, then the page is read anew. */

import { element } from "../map/words.mjs";
import { MAKERS } from "./fields.mjs";
import { post, say } from "./send.mjs";

const icon = (/** @type {string} */ name) => element("span", { class: `ic ic-${name}`, "aria-hidden": "true" });

/** Has the page read its problem anew. */
function refresh() {
  window.dash_clientside.set_props("problem-changed", { data: Date.now() });
}

/** @param {string} message @param {string} [color] */
function notice(message, color) {
  window.dash_clientside.set_props("shell-notice", {
    sendNotifications: [{ action: "show", message, color, autoClose: 6000 }],
  });
}

const SIGNS = { fits: "tick", doubtful: "warn", unknown: "minus", missing: "close" };

/** Every check with its own state, its value and its limit. @param {DialogSpec["checks"]} checks */
function checklist(checks) {
  const items = checks.map(({ state, said, name, value, limit }) =>
    element("li", { class: state },
      element("span", { class: "c", role: "img", "aria-label": said }, icon(SIGNS[state])),
      element("span", { class: "n" }, name), element("span", { class: "v" }, value), element("span", { class: "t3" }, limit)));
  return element("ul", { class: "pd-checks" }, ...items);
}

/** Opens the dialog of that step. @param {ToldProblem} told @param {string} action */
export function open(told, action) {
  const spec = told.dialogs[action];
  if (!spec || document.querySelector("dialog.pd")) return;
  const { words } = told;
  const dialog = element("dialog", { class: "pd", "aria-labelledby": "pd-title" });
  const confirm = element("button", { type: "submit", class: spec.danger ? "btn danger" : "btn p" }, spec.confirm);
  const changed = () => {
    confirm.disabled = spec.checks.some(({ state }) => state === "missing") || dialog.dataset.busy === "true";
  };
  /** @type {FormField[]} */
  const fields = spec.fields.map((field) => ({ ...MAKERS[field.kind](field, { words, told, changed }), name: field.name, either: field.either }));
  const filled = () => JSON.stringify(fields.map((field) => [field.value(), field.count?.()]));
  const atFirst = filled();
  const wrong = element("p", { class: "pd-refused", role: "alert", hidden: "" });
  const title = element("h2", { id: "pd-title", tabindex: -1 }, spec.title);
  const close = element("button", { type: "button", class: "ib", "aria-label": say(words, "close") }, icon("close"));
  const cancel = element("button", { type: "button", class: "btn" }, say(words, "cancel"));
  const leaving = element("div", { class: "pd-unsent pd-leaving", role: "alert", hidden: "" });
  const leave = () => {
    if (dialog.dataset.busy === "true") return;
    if (filled() === atFirst) dialog.close();
    else doubt(leaving, dialog, words);
  };
  for (const button of [close, cancel]) button.addEventListener("click", leave);
  const form = element(
    "form", { novalidate: "" },
    element("header", {}, element("div", {}, title, element("p", { class: "t2" }, spec.note)), close),
    element("div", { class: "pd-body" }, spec.checks.length ? checklist(spec.checks) : null, ...fields.map(({ box }) => box), wrong),
    leaving,
    element("footer", {}, element("span", { class: "t3 fs12" }, spec.foot), element("span", { class: "sp" }), cancel, confirm),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit({ told, action, spec, fields, dialog, confirm, wrong, changed });
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
    for (const field of fields) field.close?.();
    dialog.remove();
  });
  document.body.append(dialog);
  changed();
  dialog.showModal();
  title.focus({ preventScroll: true });
}

/** A dialog that holds something not yet sent asks before it is left. @param {HTMLElement} leaving @param {HTMLDialogElement} dialog @param {Words} words */
function doubt(leaving, dialog, words) {
  const stay = element("button", { type: "button", class: "btn s" }, say(words, "stay"));
  const give = element("button", { type: "button", class: "btn s" }, say(words, "give_up"));
  stay.addEventListener("click", () => { leaving.hidden = true; });
  give.addEventListener("click", () => dialog.close());
  leaving.replaceChildren(element("span", {}, say(words, "not_sent")), stay, give);
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
 *   confirm: HTMLButtonElement, wrong: HTMLElement, changed: () => void}} Step
 */

/** Sends a step that lacks nothing, once the server has every photo that is shown. @param {Step} step */
async function submit(step) {
  const { fields, dialog, told } = step;
  if (dialog.dataset.busy === "true" || !complete(fields, told.words)) return;
  for (const field of fields) if (field.whole && !(await field.whole())) return;
  if (dialog.isConnected && dialog.dataset.busy !== "true" && complete(fields, told.words)) send(step);
}

/** @param {Step} step */
async function send({ told, action, spec, fields, dialog, confirm, wrong, changed }) {
  const { words } = told;
  /** @type {Facts} */
  const body = { version: told.version };
  for (const field of fields) {
    const value = field.value();
    if (value !== null && value !== "" && !(Array.isArray(value) && !value.length)) body[field.name] = value;
  }
  dialog.dataset.busy = "true";
  wrong.hidden = true;
  confirm.textContent = say(words, "working");
  changed();
  const answer = await post(`/api/v1/problems/${told.id}/actions/${action}`, body, words);
  dialog.dataset.busy = "false";
  confirm.textContent = spec.confirm;
  changed();
  if (answer.ok || answer.status === 409) {
    dialog.close();
    if (answer.ok) notice(spec.done);
    else notice(say(words, "conflict", { reason: answer.reason }), "orange");
    refresh();
    return;
  }
  wrong.textContent = answer.reason;
  wrong.hidden = false;
  wrong.scrollIntoView({ block: "nearest" });
}
