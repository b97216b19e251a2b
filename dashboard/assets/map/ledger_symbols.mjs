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

/** How high a chip is, in pixels. */
export const CHIP_PX = 18;
const [EDGE_PX, SHAPE_PX, DIGIT_PX, GAP_PX] = [6, 12, 6.6, 6];

/* The shapes in a chip with their counts: what is overdue, then what is due soon. */
const countsOf = (/** @type {number} */ late, /** @type {number} */ soon) => /** @type {[string, string][]} */ ([["red", String(late)], ["amber", String(soon)]]).filter(([, count]) => count !== "0");

/** How wide the chip of these counts is, in pixels. @param {number} late @param {number} soon */
export function chipWidth(late, soon) {
  const counts = countsOf(late, soon);
  const words = counts.reduce((sum, [, count]) => sum + SHAPE_PX + DIGIT_PX * count.length, 0);
  return Math.ceil(2 * EDGE_PX + words + GAP_PX * (counts.length - 1));
}

/**
 * chip|late|soon: white with a ring of ink, a diamond for what is overdue, a triangle for what is due soon; colour is the water's.
 * @param {(width: number, height: number) => CanvasRenderingContext2D} canvas
 * @param {Palette} colours
 * @param {string[]} details
 */
export function chip(canvas, colours, [late, soon]) {
  const wide = chipWidth(Number(late), Number(soon));
  const pen = canvas(wide + 4, CHIP_PX + 4);
  pen.beginPath();
  pen.roundRect(2, 2, wide, CHIP_PX, 5);
  pen.lineWidth = 3;
  pen.strokeStyle = colours.halo;
  pen.stroke();
  pen.fillStyle = colours.pinBody;
  pen.fill();
  pen.lineWidth = Number(late) ? 1.4 : 1;
  pen.strokeStyle = Number(late) ? colours.pinLine : colours.label;
  pen.stroke();
  pen.font = `600 11px ${colours.font}`;
  let x = 2 + EDGE_PX;
  for (const [light, count] of countsOf(Number(late), Number(soon))) {
    const ink = light === "red" ? colours.pinLine : colours.text2;
    shape(pen, light, x + 4.5, CHIP_PX / 2 + 2, ink, 0.9);
    pen.fillStyle = ink;
    pen.textAlign = "left";
    pen.fillText(count, x + SHAPE_PX, CHIP_PX / 2 + 2.5);
    x += SHAPE_PX + DIGIT_PX * count.length + GAP_PX;
  }
  return pen;
}

/**
 * leader|x|y: a dot at the problem's place and a line to where its chip begins.
 * @param {(width: number, height: number) => CanvasRenderingContext2D} canvas
 * @param {Palette} colours
 * @param {string[]} details
 */
export function leader(canvas, colours, [dx, dy]) {
  const [x, y] = [Number(dx), Number(dy)];
  const [middleX, middleY] = [Math.abs(x) + 6, Math.abs(y) + 6];
  const pen = canvas(2 * middleX, 2 * middleY);
  for (const [width, colour] of /** @type {[number, string][]} */ ([[3.2, colours.halo], [1.2, colours.pinLine]])) {
    pen.beginPath();
    pen.moveTo(middleX, middleY);
    pen.lineTo(middleX + x, middleY + y);
    pen.lineWidth = width;
    pen.strokeStyle = colour;
    pen.stroke();
  }
  pen.beginPath();
  pen.arc(middleX, middleY, 2.6, 0, 7);
  pen.fillStyle = colours.pinLine;
  pen.fill();
  pen.lineWidth = 1.2;
  pen.strokeStyle = colours.pinBody;
  pen.stroke();
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
