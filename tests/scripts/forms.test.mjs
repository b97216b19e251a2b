/* The ledger's forms: what a field gives and lacks, photos on their way, what a refusal says. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { open } from "../../dashboard/assets/ledger/dialog.mjs";
import { draftFor } from "../../dashboard/assets/ledger/drafts.mjs";
import { MAKERS } from "../../dashboard/assets/ledger/fields.mjs";
import { Photos } from "../../dashboard/assets/ledger/photos.mjs";
import { post, say } from "../../dashboard/assets/ledger/send.mjs";
import { answer, browser, settled } from "./page.mjs";

const WORDS = { need_text: "write", need_choice: "choose", need_photo: "photo", wait_photos: "wait", offline: "offline", unreachable: "unreachable {status}", not_taken: "not taken {status}", signed_out: "signed out", sending: "{n} %", checking: "checked", kept: "kept" };
const around = () => ({ words: WORDS, told: { lon: 112, lat: 32 }, changed() {} });
const make = (spec) => MAKERS[spec.kind]({ name: "field", label: "Field", ...spec }, around());

let requests, restore;
class FakeRequest {
  constructor() {
    Object.assign(this, { upload: {}, aborted: false });
    requests.push(this);
  }

  open(method, address) {
    this.asked = `${method} ${address}`;
  }

  send(form) {
    this.form = form;
  }

  abort() {
    this.aborted = true;
    this.onabort();
  }

  answers(status, response) {
    Object.assign(this, { status, response });
    this.onload();
  }
}

beforeEach(() => {
  requests = [];
  restore = browser({ XMLHttpRequest: FakeRequest });
});
afterEach(() => restore());

test("a text is given without the blanks around it, and blanks alone are none", () => {
  const field = make({ kind: "text", required: true });
  field.focus.value = "   ";
  assert.equal(field.missing(), "write");
  field.focus.value = " 岸边有垃圾 ";
  assert.deepEqual([field.missing(), field.value()], ["", "岸边有垃圾"]);
  assert.equal(make({ kind: "text" }).missing(), "");
});

test("a choice is given as a number where one is asked for, and nothing as null", () => {
  const field = make({ kind: "select", required: true, number: true, groups: [{ word: "Group", options: [{ value: "7", word: "Seven" }] }] });
  assert.deepEqual([field.missing(), field.value()], ["choose", null]);
  field.focus.value = "7";
  assert.deepEqual([field.missing(), field.value()], ["", 7]);
});

test("the day that the rule proposes is left to the rule, another one is given", () => {
  const field = make({ kind: "date", required: true, least: "2026-11-28", value: "2026-12-05", proposed: "2026-12-05" });
  assert.deepEqual([field.missing(), field.value()], ["", null]);
  field.focus.value = "2026-12-09";
  assert.equal(field.value(), "2026-12-09");
  field.focus.value = "";
  assert.equal(field.missing(), "choose");
});

const photo = (name) => new File(["pixels"], name, { type: "image/jpeg" });

test("no more photos are taken than the form has room for", () => {
  const photos = new Photos({ words: WORDS, most: 2, label: "Photos" });
  photos.take([photo("1"), photo("2"), photo("3")]);
  assert.equal(requests.length, 2);
  assert.equal(photos.add.hidden, true);
});

test("photos beyond the room of the form are told by their number, until there is room again", () => {
  const photos = new Photos({ words: { ...WORDS, too_many_photos: "at most {most}, {n} left out" }, most: 2, label: "Photos" });
  photos.take([photo("1")]);
  assert.equal(photos.surplus.hidden, true);
  photos.take([photo("2"), photo("3"), photo("4")]);
  assert.deepEqual([photos.surplus.textContent, photos.surplus.hidden], ["at most 2, 2 left out", false]);
  photos.take([photo("5")]);
  assert.equal(photos.surplus.textContent, "at most 2, 1 left out");
  photos.drop(photos.items[0]);
  assert.equal(photos.surplus.hidden, true);
});

test("a photo counts once the server keeps it, and the form waits until then", async () => {
  const field = make({ kind: "photos", required: true, most: 3 });
  const photos = new Photos({ words: WORDS, most: 3, label: "Photos" });
  assert.equal(field.missing(), "photo");
  photos.take([photo("1"), photo("2")]);
  assert.deepEqual([photos.busy, photos.ids], [true, []]);
  requests[1].answers(201, { id: 42 });
  await settled();
  assert.deepEqual([photos.busy, photos.ids], [true, [42]]);
  requests[0].answers(201, { id: 41 });
  await settled();
  assert.deepEqual([photos.busy, photos.ids], [false, [41, 42]]);
});

test("a lost connection offers another try, a photo that is refused for itself does not", async () => {
  const photos = new Photos({ words: WORDS, most: 3, label: "Photos" });
  photos.take([photo("1"), photo("2")]);
  requests[0].onerror();
  requests[1].answers(413, { detail: "too large" });
  await settled();
  const [lost, refused] = photos.items;
  assert.deepEqual([lost.told.textContent, lost.again.hidden], ["offline", false]);
  assert.deepEqual([refused.told.textContent, refused.again.hidden], ["too large", true]);
  lost.again.send("click");
  requests[2].answers(200, { id: 7 });
  await settled();
  assert.deepEqual(photos.ids, [7]);
});

const pressed = (photos, nth) => photos.question.children.filter(({ tag }) => tag === "button")[nth].send("click");
const QUESTION = { ...WORDS, unsent_photos: "{n} not sent", without_photo: "without it", again: "again" };

test("a form isn't whole while a photo is under way, and what failed is sent again by itself", async () => {
  const photos = new Photos({ words: QUESTION, most: 3, label: "Photos" });
  photos.take([photo("1"), photo("2")]);
  requests[0].onerror();
  await settled();
  let whole;
  photos.whole().then((is) => { whole = is; });
  await settled();
  assert.deepEqual([photos.unsent.length, requests.length, whole], [2, 3, undefined]);
  requests[1].answers(201, { id: 2 });
  requests[2].answers(201, { id: 1 });
  await settled();
  assert.deepEqual([photos.ids, photos.unsent, whole, photos.question.hidden], [[1, 2], [], true, true]);
});

test("a photo that fails again is asked about: sent once more, or left out by the reader's word alone", async () => {
  const photos = new Photos({ words: QUESTION, most: 3, label: "Photos" });
  photos.take([photo("1")]);
  requests[0].onerror();
  await settled();
  const whole = photos.whole();
  requests[1].onerror();
  await settled();
  assert.equal(photos.question.textContent, "1 not sentagainwithout it");
  pressed(photos, 0);
  await settled();
  requests[2].onerror();
  await settled();
  assert.deepEqual([photos.items.length, photos.question.hidden], [1, false]);
  pressed(photos, 1);
  assert.deepEqual([await whole, photos.items, photos.question.hidden], [true, [], true]);
});

test("a photo that the server refuses for itself is asked about, and isn't sent again unasked", async () => {
  const field = make({ kind: "photos", most: 3 });
  const photos = new Photos({ words: QUESTION, most: 3, label: "Photos" });
  photos.take([photo("1")]);
  requests[0].answers(400, { detail: "no picture" });
  await settled();
  const whole = photos.whole();
  await settled();
  assert.deepEqual([requests.length, photos.question.hidden], [1, false]);
  photos.drop(photos.items[0]);
  assert.equal(await whole, false);
  assert.equal(await field.whole(), true);
});

test("what failed is sent again once there is a connection, not after the form was closed", async () => {
  const photos = new Photos({ words: QUESTION, most: 3, label: "Photos" });
  photos.take([photo("1")]);
  requests[0].onerror();
  await settled();
  globalThis.window.dispatchEvent(new Event("online"));
  assert.equal(requests.length, 2);
  requests[1].onerror();
  await settled();
  photos.close();
  globalThis.window.dispatchEvent(new Event("online"));
  assert.equal(requests.length, 2);
});

test("what the browser can't show is shown by the server, whether that is known before it is kept or after", async () => {
  const photos = new Photos({ words: WORDS, most: 3, label: "Photos" });
  photos.take([photo("1.heic"), photo("2.heic"), photo("3.jpg")]);
  const [before, after, seen] = photos.items;
  before.image.onerror();
  requests.forEach((request, nth) => request.answers(201, { id: nth + 1 }));
  await settled();
  after.image.onerror();
  assert.deepEqual([before, after].map(({ image }) => image.src), ["/api/v1/photos/1?size=thumb", "/api/v1/photos/2?size=thumb"]);
  assert.match(seen.image.src, /^blob:/);
});

test("a photo of an earlier visit that the browser can't show is shown by the server", async () => {
  globalThis.fetch = async () => answer(null, 200);
  const photos = new Photos({ words: WORDS, most: 3, label: "Photos" });
  const kept = photos.restore(photo("1.heic"), "name", 9);
  await kept;
  photos.items[0].image.onerror();
  assert.deepEqual([photos.ids, photos.items[0].image.src], [[9], "/api/v1/photos/9?size=thumb"]);
});

test("photos that another report has got are sent anew, and count once they are kept again", async () => {
  const photos = new Photos({ words: WORDS, most: 3, label: "Photos" });
  photos.take([photo("1")]);
  requests[0].answers(201, { id: 1 });
  await settled();
  photos.sendAnew();
  assert.deepEqual([photos.ids, photos.busy], [[], true]);
  requests[1].answers(201, { id: 2 });
  await settled();
  assert.deepEqual(photos.ids, [2]);
});

test("a photo taken back stops being sent and makes room", () => {
  const photos = new Photos({ words: WORDS, most: 1, label: "Photos" });
  photos.take([photo("1")]);
  photos.drop(photos.items[0]);
  assert.deepEqual([requests[0].aborted, photos.ids, photos.busy, photos.add.hidden], [true, [], false, false]);
});

test("how much of a photo has gone is told until it is being checked", () => {
  const photos = new Photos({ words: WORDS, most: 1, label: "Photos" });
  photos.take([photo("1")]);
  requests[0].upload.onprogress({ lengthComputable: true, loaded: 1, total: 3 });
  assert.equal(photos.items[0].told.textContent, "33 %");
  requests[0].upload.onprogress({ lengthComputable: true, loaded: 3, total: 3 });
  assert.equal(photos.items[0].told.textContent, "checked");
});

test("what is posted is JSON with the key of the report, and the answer is told whole", async () => {
  const sent = [];
  globalThis.fetch = async (address, how) => {
    sent.push([address, how.method, how.headers["Idempotency-Key"], JSON.parse(how.body)]);
    return answer({ id: 3 }, 201);
  };
  const got = await post("/api/v1/problems", { category: "waste" }, WORDS, { "Idempotency-Key": "k" });
  assert.deepEqual(sent, [["/api/v1/problems", "POST", "k", { category: "waste" }]]);
  assert.deepEqual(got, { ok: true, status: 201, body: { id: 3 }, reason: "" });
});

test("a refusal says why, with the fields it names; without our document it says in words what it is", async () => {
  const refusals = [
    [answer({ detail: "Not so.", fields: [{ field: "x", message: "beyond" }] }, 422), "Not so. x: beyond"],
    [answer(null, 500), "unreachable 500"],
    [answer(null, 502), "unreachable 502"],
    [answer({ detail: "Busy." }, 503), "Busy."],
    [answer(null, 413), "not taken 413"],
    [answer({ detail: "Who?" }, 401), "signed out"],
  ];
  for (const [refusal, reason] of refusals) {
    globalThis.fetch = async () => refusal;
    assert.equal((await post("/", {}, WORDS)).reason, reason);
  }
  globalThis.fetch = async () => Promise.reject(new TypeError("gone"));
  assert.deepEqual(await post("/", {}, WORDS), { ok: false, status: 0, reason: "offline" });
});

test("the form's words have named holes", () => {
  assert.equal(say(WORDS, "sending", { n: 0 }), "0 %");
});

test("a draft goes on by itself at its own place or without one, and is asked about at another", () => {
  const [here, there, nowhere] = [{ lon: "112.2", lat: "32.6" }, { lon: "112.3", lat: "32.7" }, { lon: "", lat: "" }];
  const draft = (asked, place = { x: 1, y: 2 }) => ({ asked: JSON.stringify(asked), place });
  const [first, second, unplaced] = [draft(here), draft(there), draft(nowhere, null)];
  assert.deepEqual(draftFor([], here), { draft: null, isElsewhere: false });
  assert.deepEqual(draftFor([second, first], here), { draft: first, isElsewhere: false });
  assert.deepEqual(draftFor([second, first], nowhere), { draft: second, isElsewhere: false });
  assert.deepEqual(draftFor([first], there), { draft: first, isElsewhere: true });
  assert.deepEqual(draftFor([unplaced], there), { draft: unplaced, isElsewhere: false });
});

class FakeDialog {
  static open(fields) {
    document.querySelector = () => null;
    globalThis.window = Object.assign(globalThis.window ?? {}, { onemapLeaving: { hold: () => () => {} } });
    const make = document.createElement;
    document.createElement = (tag) => Object.assign(make(tag), tag === "dialog" ? { showModal() {}, close() { this.closed = true; } } : {});
    const spec = { title: "Progress", note: "", confirm: "Send", done: "", foot: "", danger: false, checks: [], fields };
    open({ id: 1, number: "P-1", version: 1, lon: 112, lat: 32, words: WORDS, dialogs: { progress: spec } }, "progress");
    const dialog = document.body.children.at(-1);
    const parts = [...dialog.all()];
    const part = (name) => parts.find(({ classList }) => classList.contains(name));
    return { dialog, parts, part, text: parts.find(({ tag }) => tag === "textarea") };
  }
}

test("a dialog closes at once while nothing is filled in, and asks when something is", () => {
  const fields = [{ kind: "text", name: "text", label: "Text" }];
  const empty = FakeDialog.open(fields);
  empty.dialog.send("keydown", { key: "Escape" });
  assert.equal(empty.dialog.closed, true);
  const { dialog, part, text } = FakeDialog.open(fields);
  text.value = "已清运";
  for (const [name, facts] of [["keydown", { key: "Escape" }], ["keydown", { key: "Escape" }], ["cancel", {}]]) {
    assert.equal(dialog.send(name, facts).defaultPrevented, true);
  }
  part("ib").send("click");
  assert.deepEqual([dialog.closed, part("pd-leaving").hidden], [undefined, false]);
  part("pd-leaving").children[1].send("click");
  assert.deepEqual([dialog.closed, part("pd-leaving").hidden], [undefined, true]);
  part("ib").send("click");
  part("pd-leaving").children[2].send("click");
  assert.equal(dialog.closed, true);
});

test("a dialog whose step is on its way asks in its own words, and the answer is told after it was left", async () => {
  const { dialog, part, parts } = FakeDialog.open([]);
  const told = [];
  window.dash_clientside = { set_props: (name, props) => told.push([name, props.sendNotifications?.[0].message]) };
  let answered;
  globalThis.fetch = () => new Promise((done) => (answered = done));
  dialog.isConnected = true;
  parts.find(({ tag }) => tag === "form").send("submit");
  await settled();
  for (const leave of [() => dialog.send("keydown", { key: "Escape" }), () => part("ib").send("click")]) {
    leave();
    assert.equal(part("pd-leaving").hidden, false);
    assert.equal(part("pd-leaving").children[0].textContent, "on_its_way");
    part("pd-leaving").children[1].send("click");
    assert.deepEqual([dialog.closed, part("pd-leaving").hidden], [undefined, true]);
  }
  dialog.send("cancel");
  part("pd-leaving").children[2].send("click");
  assert.equal(dialog.closed, true);
  dialog.isConnected = false;
  answered(answer({ detail: "no longer" }, 409));
  await settled();
  assert.deepEqual(told, [["shell-notice", "P-1: no longer"]]);
});

test("an answer that doesn't come in time is not told as a lost connection", async () => {
  globalThis.fetch = async () => {
    throw new DOMException("late", "TimeoutError");
  };
  assert.deepEqual(await post("/api/v1/problems", {}, { ...WORDS, no_answer: "no answer" }), { ok: false, status: 0, reason: "no answer" });
});
