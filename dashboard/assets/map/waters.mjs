/* Colours of reaches and lakes, set as feature-state: nothing is sent or cut into tiles again. */

import { calm } from "./palette.mjs";

/** @type {Record<WaterKind, string>} */
const LAYER_OF = { reach: "reaches", lake: "lakes" };
const KINDS = /** @type {WaterKind[]} */ (Object.keys(LAYER_OF));
const FADE_MS = 600;

export class Waters {
  /** @param {WaterMap} map */
  constructor(map) {
    this.map = map;
    /** @type {Record<string, Map<number, Colour>>} */
    this.known = { reach: new Map(), lake: new Map() };
    /** @type {Map<string, number>} */
    this.fading = new Map();
    this.frame = 0;
  }

  /** @param {WaterKind} kind @param {number | string} id */
  target(kind, id) {
    return { source: "onemap", sourceLayer: LAYER_OF[kind], id: Number(id) };
  }

  /** All colours anew, without a fade; waters no longer told lose theirs. @param {ToldWaters} told */
  reset(told) {
    this.fading.clear();
    for (const kind of KINDS) {
      const fresh = new Map(Object.entries(told[kind]).map(([id, colour]) => [Number(id), colour]));
      for (const id of this.known[kind].keys()) {
        if (!fresh.has(id)) this.map.removeFeatureState(this.target(kind, id));
      }
      this.known[kind] = fresh;
      for (const [id, colour] of fresh) {
        this.map.setFeatureState(this.target(kind, id), {
          cls: colour.cls, before: colour.cls, share: 1, state: colour.state,
        });
      }
    }
  }

  /** Changed colours fade in over 600 ms, at once where motion is unwanted. @param {ToldWaters} told */
  change(told) {
    const now = performance.now();
    for (const kind of KINDS) {
      for (const [key, colour] of Object.entries(told[kind])) {
        const id = Number(key);
        const before = this.known[kind].get(id);
        this.known[kind].set(id, colour);
        const fade = !calm() && before && before.cls !== colour.cls;
        this.map.setFeatureState(this.target(kind, id), {
          cls: colour.cls, before: before ? before.cls : colour.cls, share: fade ? 0 : 1, state: colour.state,
        });
        if (fade) this.fading.set(`${kind}|${id}`, now);
      }
    }
    if (this.fading.size && !this.frame) this.frame = requestAnimationFrame(() => this.step());
  }

  step() {
    const now = performance.now();
    for (const [key, start] of this.fading) {
      const share = Math.min(1, (now - start) / FADE_MS);
      const [kind, id] = /** @type {[WaterKind, string]} */ (key.split("|"));
      this.map.setFeatureState(this.target(kind, id), { share });
      if (share === 1) this.fading.delete(key);
    }
    this.frame = this.fading.size ? requestAnimationFrame(() => this.step()) : 0;
  }

  /** The water's colour, no class when nothing is told of it. @param {string} kind @param {number | string} id @returns {Colour} */
  find(kind, id) {
    return this.known[kind]?.get(Number(id)) ?? { cls: 0, state: "none" };
  }
}
