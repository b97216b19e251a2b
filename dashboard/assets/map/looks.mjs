/* How a station or a problem looks, to tell whether a change is one for the eye. */

import { nameOf, ago } from "./words.mjs";
import { shortened } from "./labels.mjs";

/** What the symbol shows of a point, of the server's feature and of a tile's row alike. @param {Partial<Properties>} p */
function look(p) {
  if (p.kind === "problem") return [p.light, p.returned || p.status === "returned" ? "returned" : p.status].join();
  const parts = p.state === "partial" ? [p.have ?? 0, p.need ?? 0] : p.state === "stale" ? [p.last] : [];
  return [p.cls ?? 0, p.kind === "section" ? p.state : "", p.meets === false, p.comp, ...parts].join();
}

/**
 * Those points that look other than they are drawn in these layers; what isn't drawn by itself counts only where `isNew`.
 * @param {WaterMap} map
 * @param {PointFeature[]} features
 * @param {string[]} layers
 */
export function changedLooks(map, features, layers, isNew = false) {
  const view = map.getBounds();
  const inView = features.filter(({ geometry }) => view.contains(geometry.coordinates));
  const there = layers.filter((id) => map.getLayer(id));
  if (!inView.length || !there.length) return [];
  const drawn = new Map(map.queryRenderedFeatures({ layers: there }).map((each) => [Number(each.id), look(each.properties)]));
  return inView.filter(({ id, properties }) => (drawn.has(id) ? drawn.get(id) !== look(properties) : isNew));
}

/** The feature with the words beside it. @template {{properties: any}} T any: each kind has its own @param {T} feature @returns {T} */
export function dressed(feature) {
  const p = feature.properties;
  const short = p.name ? shortened(nameOf(p)) : "";
  return { ...feature, properties: { ...p, label: p.state === "stale" && p.at ? `${short} · ${ago(p.at)}` : short } };
}
