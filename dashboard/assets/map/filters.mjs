/* The strip's filters, as filters of the layers that draw stations from tiles. */

import { AS_DISC, AS_DOT, clusterIcon, clusterText } from "./style.mjs";

/** @typedef {import("maplibre-gl").FilterSpecification} Filter */

const SINGLE = ["!", ["has", "n"]];
const OFF = ["==", ["get", "off"], true];

/** What each of the strip's filters lets through, by layer; what it doesn't name falls away under it. @type {Record<string, Record<string, unknown>>} */
export const FILTERS = {
  meets: { sections: ["==", ["get", "meets"], true] },
  below: { sections: ["==", ["get", "meets"], false] },
  unsure: { sections: ["in", ["get", "state"], ["literal", ["partial", "stale"]]] },
  exceeding: { outfalls: ["==", ["get", "comp"], "exceeding"] },
  offline: { sections: OFF, outfalls: OFF, intakes: OFF },
};

/** How many of a cluster's sections a filter lets through, by the name of the count in its row. @type {Record<string, string>} */
const COUNTS = { meets: "n_meets", below: "n_below", unsure: "n_unsure", offline: "n_off" };

/** Each layer's filter under one of the strip's; null lets everything through. @param {string | null} name @returns {Record<string, Filter | null>} */
export function filtersOf(name) {
  const through = name ? FILTERS[name] : null;
  const of = (/** @type {string} */ layer) => (through ? through[layer] ?? false : true);
  const count = name ? COUNTS[name] : "n";
  const made = {
    sections: ["all", SINGLE, name ? true : AS_DISC, of("sections")], "section-names": ["all", SINGLE, name ? true : AS_DISC, of("sections")],
    clusters: name ? (count ? ["all", ["has", "n"], [">", ["get", count], 0]] : false) : ["all", ["has", "n"], AS_DISC],
    dots: name ? false : AS_DOT,
    outfalls: of("outfalls"), intakes: of("intakes"), boards: of("boards"),
  };
  return /** @type {Record<string, Filter>} */ (/** @type {unknown} */ (made));
}

export class Filters {
  /** @param {WaterMap} map */
  constructor(map) {
    this.map = map;
    /** @type {string | null} */
    this.now = null;
  }

  /** Only stations of which the filter holds are drawn; clusters count those alone. @param {string | null} name */
  narrow(name) {
    if (name === this.now) return;
    this.now = name;
    for (const [layer, filter] of Object.entries(filtersOf(name))) this.map.setFilter(layer, filter);
    const count = name ? COUNTS[name] : "n";
    if (!count) return;
    const set = (/** @type {any} */ property, /** @type {any} */ value) => this.map.setLayoutProperty("clusters", property, value); // any: expressions of the style
    set("text-field", clusterText(count));
    set("icon-image", clusterIcon(count));
  }
}
