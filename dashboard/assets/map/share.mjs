/* The view in the address: centre, zoom, layers, basis, filter and selection after the #. */

/** Zoom, latitude and longitude, null where they are none or lie off the earth. @param {string | null} text @returns {View["camera"]} */
function camera(text) {
  const numbers = (text ?? "").split("/").map((each) => (each.trim() ? Number(each) : NaN));
  const [zoom, lat, lng] = numbers;
  const fits = numbers.length === 3 && zoom >= 0 && zoom <= 24 && Math.abs(lat) <= 90 && Math.abs(lng) <= 180;
  return fits ? { zoom, center: [lng, lat] } : null;
}

const thing = (/** @type {string | null} */ text) => {
  const found = /^([a-z_]+):(\d{1,15})$/.exec(text ?? "");
  return found ? { kind: found[1], id: Number(found[2]) } : null;
};

/** The parts of the address that can't be read, as they stand there. @param {{off: string[], filter: string[]}} known */
export function unreadParts(known) {
  /** @type {Record<string, (value: string) => unknown>} */
  const reads = {
    map: camera, sel: thing,
    basis: (value) => ["now", "month"].includes(value),
    filter: (value) => known.filter.includes(value),
    off: (value) => value.split(",").every((name) => !name || known.off.includes(name)),
  };
  const parts = [...new URLSearchParams(location.hash.slice(1))];
  return parts.filter(([key, value]) => value && key in reads && !reads[key](value)).map(([key, value]) => `${key}=${value}`);
}

/** What the address holds; missing parts are null. @returns {View} */
export function readView() {
  const parts = new URLSearchParams(location.hash.slice(1));
  return {
    camera: camera(parts.get("map")),
    off: parts.get("off")?.split(",").filter(Boolean) ?? null,
    basis: parts.get("basis") === "month" ? "month" : "now",
    filter: parts.get("filter"),
    selection: thing(parts.get("sel")),
  };
}

/** The address tells this view; no entry is added to the history. @param {{map: Pick<WaterMap, "getCenter" | "getZoom">, off: string[], basis: string, filter: string | null, selection: Thing | null}} view */
export function writeView({ map, off, basis, filter, selection }) {
  const centre = map.getCenter();
  const parts = [
    ["map", `${map.getZoom().toFixed(2)}/${centre.lat.toFixed(5)}/${centre.lng.toFixed(5)}`],
    ["off", off.join(",")],
    ["basis", basis === "month" ? "month" : null],
    ["filter", filter],
    ["sel", selection ? `${selection.kind}:${selection.id}` : null],
  ].filter(([, value]) => value !== null && value !== undefined);
  const hash = parts.map(([key, value]) => `${key}=${value}`).join("&");
  history.replaceState(history.state, "", `${location.pathname}${location.search}#${hash}`);
}

/** The address goes to the clipboard; where that is refused it is selected to be copied by hand. */
export async function copyLink() {
  try {
    await navigator.clipboard.writeText(location.href);
  } catch {
    const field = document.createElement("textarea");
    field.value = location.href;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}
