/* The view in the address: centre, zoom, layers, basis, filter and selection after the #. */

/** What the address holds; missing parts are null. @returns {View} */
export function readView() {
  const parts = new URLSearchParams(location.hash.slice(1));
  const numbers = (parts.get("map") ?? "").split("/").map(Number);
  const isPlace = numbers.length === 3 && numbers.every(Number.isFinite);
  const [zoom, lat, lng] = numbers;
  const selected = /^([a-z_]+):(\d+)$/.exec(parts.get("sel") ?? "");
  return {
    camera: isPlace ? { zoom, center: [lng, lat] } : null,
    off: parts.get("off")?.split(",").filter(Boolean) ?? null,
    basis: parts.get("basis") === "month" ? "month" : "now",
    filter: parts.get("filter"),
    selection: selected ? { kind: selected[1], id: Number(selected[2]) } : null,
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
