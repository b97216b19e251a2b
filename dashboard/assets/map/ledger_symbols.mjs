/* Symbols of the ledger: teardrops and rounded rectangles, never round, for round is water. */

/**
 * Ring on time, triangle soon, diamond overdue, bar without a deadline: a shape beside the colour.
 * @param {CanvasRenderingContext2D} pen
 * @param {string} light
 * @param {number} x
 * @param {number} y
 * @param {string} colour
 */
function shape(pen, light, x, y, colour, size = 1) {
  pen.beginPath();
  if (light === "green") {
    pen.arc(x, y, 3.1 * size, 0, 7);
    pen.lineWidth = 2;
    pen.strokeStyle = colour;
    pen.stroke();
    return;
  }
  const points = /** @type {Record<string, Lonlat[]>} */ ({
    amber: [[0, -4], [4.4, 3.4], [-4.4, 3.4]],
    red: [[0, -4.6], [4.6, 0], [0, 4.6], [-4.6, 0]],
    none: [[-3.6, -1], [3.6, -1], [3.6, 1], [-3.6, 1]],
  })[light] ?? [];
  for (const [dx, dy] of points) pen.lineTo(x + dx * size, y + dy * size);
  pen.closePath();
  pen.fillStyle = colour;
  pen.fill();
}

const WORST = ["none", "green", "amber", "red"];
const fillOf = (/** @type {Palette} */ colours, /** @type {string} */ light) => colours.lights[light] ?? colours.label;

/**
 * problem|light|selected: a teardrop of 19 by 26, its tip at the place.
 * @param {(width: number, height: number) => CanvasRenderingContext2D} canvas
 * @param {Palette} colours
 * @param {string[]} details
 */
export function problem(canvas, colours, [light, chosen]) {
  const pen = canvas(25, 30);
  const [x, y, r] = [12.5, 11.5, 9];
  const red = light === "red";
  pen.beginPath();
  pen.moveTo(x, 28.6);
  pen.bezierCurveTo(x - 3.4, y + 11.6, x - r, y + 6.4, x - r, y);
  pen.arc(x, y, r, Math.PI, 0);
  pen.bezierCurveTo(x + r, y + 6.4, x + 3.4, y + 11.6, x, 28.6);
  pen.closePath();
  pen.lineWidth = chosen ? 6 : 3.4;
  pen.strokeStyle = chosen ? colours.accent : colours.pinBody;
  pen.stroke();
  pen.fillStyle = red ? colours.lights.red : colours.pinBody;
  pen.fill();
  pen.lineWidth = 1.3;
  pen.strokeStyle = red ? colours.lights.red : colours.pinLine;
  pen.stroke();
  shape(pen, light, x, y, red ? "#fff" : fillOf(colours, light));
  return pen;
}

/**
 * pins|worst|digits: a rounded rectangle with the worst shape; the count is written by the map.
 * @param {(width: number, height: number) => CanvasRenderingContext2D} canvas
 * @param {Palette} colours
 * @param {string[]} details
 */
export function pins(canvas, colours, [worst, digits]) {
  const light = WORST[Number(worst)] ?? "none";
  const wide = 26 + 7 * Number(digits);
  const pen = canvas(wide + 6, 26);
  const red = light === "red";
  pen.beginPath();
  pen.roundRect(3, 3, wide, 20, 6);
  pen.lineWidth = 3;
  pen.strokeStyle = colours.pinBody;
  pen.stroke();
  pen.fillStyle = red ? colours.lights.red : colours.pinBody;
  pen.fill();
  pen.lineWidth = 1.3;
  pen.strokeStyle = red ? colours.lights.red : colours.pinLine;
  pen.stroke();
  shape(pen, light, 14, 13, red ? "#fff" : fillOf(colours, light), 0.95);
  return pen;
}

/**
 * track|start, track|end: a ring where it began, a square where it ended.
 * @param {(width: number, height: number) => CanvasRenderingContext2D} canvas
 * @param {Palette} colours
 * @param {string[]} details
 */
export function track(canvas, colours, [which]) {
  const pen = canvas(14, 14);
  pen.beginPath();
  if (which === "start") pen.arc(7, 7, 3.6, 0, 7);
  else pen.rect(3.5, 3.5, 7, 7);
  pen.fillStyle = which === "start" ? colours.surface : colours.track;
  pen.fill();
  pen.lineWidth = 2;
  pen.strokeStyle = which === "start" ? colours.track : colours.surface;
  pen.stroke();
  return pen;
}
