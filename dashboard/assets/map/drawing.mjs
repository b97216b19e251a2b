/* Asks Dash for one drawer at a time: replaced while it is being drawn, Dash's renderer breaks and the drawer stays empty. */

const LOOK_MS = 40;
const MOST_MS = 8000;
const wait = () => new Promise((done) => setTimeout(done, LOOK_MS));
const same = (/** @type {Thing | null} */ a, /** @type {Thing | null} */ b) => a?.kind === b?.kind && a?.id === b?.id;

/** Whether the drawer stands as it was asked for and none of its parts is being filled. @param {Thing | null} thing */
function stands(thing) {
  const drawer = document.getElementById("one-map-drawer");
  if (!drawer || drawer.matches("[data-dash-is-loading]") || drawer.querySelector("[data-dash-is-loading]")) return false;
  const shown = /** @type {HTMLElement | null} */ (drawer.querySelector(".dw"));
  return thing ? shown?.dataset.shows === `${thing.kind}:${thing.id}` || Boolean(shown?.querySelector("[role=alert]")) : !shown;
}

export class Drawing {
  constructor() {
    /** @type {Thing | null} what the page was last asked to show */
    this.asked = null;
    /** @type {Thing | null} what it is to show in the end */
    this.wanted = null;
    this.busy = false;
  }

  /** What is chosen while a drawer is being drawn is asked for once that one stands. @param {Thing | null} thing */
  async show(thing) {
    this.wanted = thing;
    if (this.busy) return;
    this.busy = true;
    do {
      this.asked = this.wanted;
      window.dash_clientside.set_props("one-map-selection", { data: this.asked });
      await this.settle(this.asked);
    } while (!same(this.wanted, this.asked));
    this.busy = false;
  }

  /** @param {Thing | null} thing */
  async settle(thing) {
    let calm = 0;
    for (const end = Date.now() + MOST_MS; calm < 2 && Date.now() < end;) {
      await wait();
      calm = stands(thing) ? calm + 1 : 0;
    }
  }

  /** Whether the page tells of what the map asked for itself; what others chose is wanted from then on. @param {Thing | null} thing */
  isOwn(thing) {
    if (same(thing, this.asked)) return true;
    this.asked = thing;
    this.wanted = thing;
    return false;
  }
}
