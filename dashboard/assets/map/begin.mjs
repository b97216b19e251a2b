/* Where the map begins: in its place in the document, then in each of its pages that appears. */

import { askState, OneMap } from "./main.mjs";
import { Scene } from "./scene.mjs";
import { readView } from "./share.mjs";
import { readWords } from "./words.mjs";

/** @type {Promise<OneMap> | null} */
let making = null;
/** The state as it was asked for before the first tile, so that no change falls between the two. @type {Promise<Response> | undefined} */
let asked;
/** @type {OneMap | null} */
let app = null;

/** The map is made the first time that it has a place. @param {HTMLElement} place */
function begin(place) {
  if (making) return making;
  readWords(place);
  asked = askState(readView().basis);
  making = Scene.make(place).then((scene) => new OneMap(scene));
  return making;
}

/** The document came with a place for the map, before Dash has drawn the page around it; answers when the map stands there. @param {HTMLElement} place */
export async function open(place) {
  const { scene } = await begin(place);
  await scene.drawn;
}

/** The page appeared: the map is put into its stage. @param {HTMLElement} page */
export async function mount(page) {
  readWords(page);
  window.onemap = { ...window.onemap, mounted: true, ready: false };
  app = await begin(page);
  const first = asked;
  asked = undefined;
  window.onemap.map = app.scene.map;
  window.onemap.app = app;
  if (!document.contains(page)) return;
  if (app.page) app.leave(); // a map that never had a page goes on asking for what it could not get
  await app.enter(page, first);
}

/** The page went: the line closes, the map waits. */
export function unmount() {
  window.onemap.mounted = false;
  asked = undefined;
  app?.leave();
}

/** The selection as Dash keeps it, when somebody else than the map changed it; `turn` counts the map's own, of which only the last still matters. @param {Thing & {turn?: number} | null} data */
export function selected(data) {
  if (!app?.page || !app.sheet || Number(data?.turn) < app.turn) return;
  const thing = data?.kind ? data : null;
  const now = app.selection.now;
  if (thing?.kind === now?.kind && thing?.id === now?.id) return;
  if (!thing && !app.state) return;
  app.selection.mark(thing);
  app.react(thing);
}
