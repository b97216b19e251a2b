/* Symbols drawn on a canvas, by name: the same shapes as in the legend, in the theme's colours. */

import { chip, leader, problem, track } from "./ledger_symbols.mjs";
import { NUMERALS } from "./palette.mjs";

const RATIO = 2;

/** A pen on a canvas of that size. @param {number} width @param {number} height */
function canvas(width, height) {
  const made = document.createElement("canvas");
  made.width = width * RATIO;
  made.height = height * RATIO;
  const pen = /** @type {CanvasRenderingContext2D} */ (made.getContext("2d", { willReadFrequently: true }));
  pen.scale(RATIO, RATIO);
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineJoin = pen.lineCap = "round";
  return pen;
}

/** @param {CanvasRenderingContext2D} pen @param {number} x @param {number} y @param {number} width @param {number} height */
function pill(pen, x, y, width, height) {
  pen.beginPath();
  pen.roundRect(x - width / 2, y - height / 2, width, height, height / 2);
}

/* A disc is as wide as what is written on it; a ring around it tells that its target isn't met. */
const wideOf = (/** @type {string} */ label) => (label.length > 2 ? 30 : label.length > 1 ? 28 : 18);
const rimOf = (/** @type {boolean} */ isRinged) => (isRinged ? 10 : 6);

/** How wide and high a section or a cluster is drawn, in pixels, of its row in a tile. @param {Facts} p @returns {[number, number]} */
export function discSize({ n, cls, state, meets }) {
  if (n) return [34, 34];
  const label = state === "partial" ? "0/0" : NUMERALS[Number(cls ?? 0)];
  const rim = rimOf(meets === false);
  return [wideOf(label) + rim, 18 + rim];
}

/** section|class|state|ring|text: a disc of 18 with a white rim and its numeral; 劣Ⅴ is a pill. @param {Palette} colours @param {string[]} details */
function section(colours, [cls, state, ring, text]) {
  const number = Number(cls);
  const label = text || NUMERALS[number];
  const wide = wideOf(label);
  const rim = rimOf(ring === "r");
  const pen = canvas(wide + rim, 18 + rim);
  const [x, y] = [(wide + rim) / 2, 9 + rim / 2];
  if (ring === "r") {
    pill(pen, x, y, wide + 8, 26);
    pen.fillStyle = colours.surface;
    pen.fill();
    pen.lineWidth = 1.6;
    pen.strokeStyle = colours.text;
    pen.stroke();
  }
  pill(pen, x, y, wide + 4, 22);
  pen.fillStyle = colours.surface;
  pen.fill();
  pill(pen, x, y, wide, 18);
  pen.fillStyle = colours.classes[number];
  pen.fill();
  if (state === "stale") {
    pill(pen, x, y, wide + 3, 21);
    pen.setLineDash([3, 3]);
    pen.lineWidth = 1.6;
    pen.strokeStyle = colours.text2;
    pen.stroke();
  }
  pen.fillStyle = colours.on[number];
  pen.font = `700 10.5px ${colours.font}`;
  pen.fillText(label, x, y + 0.5);
  return pen;
}

/** cluster|class|: as a section, larger, without numeral: the count is written by the map. @param {Palette} colours @param {string[]} details */
function cluster(colours, [cls]) {
  const pen = canvas(40, 40);
  pill(pen, 20, 20, 34, 34);
  pen.fillStyle = colours.surface;
  pen.fill();
  pill(pen, 20, 20, 30, 30);
  pen.fillStyle = colours.classes[Number(cls)];
  pen.fill();
  return pen;
}

/** @param {CanvasRenderingContext2D} pen @param {Palette} colours @param {string} fill @param {boolean} dashed */
function box(pen, colours, fill, dashed) {
  pen.beginPath();
  pen.roundRect(6.5, 6.5, 11, 11, 2.5);
  pen.fillStyle = fill;
  pen.fill();
  pen.setLineDash(dashed ? [2, 2] : []);
  pen.lineWidth = 1.2;
  pen.strokeStyle = colours.pinLine;
  pen.stroke();
  pen.setLineDash([]);
}

/** outfall|compliance: a white square with an arrow up; solid dark when exceeding, hollow when stopped. @param {Palette} colours @param {string[]} details */
function outfall(colours, [compliance]) {
  const pen = canvas(24, 24);
  const dark = compliance === "exceeding";
  box(pen, colours, dark ? colours.pinLine : colours.surface, compliance === "none");
  pen.strokeStyle = dark ? colours.surface : colours.pinLine;
  pen.lineWidth = 1.2;
  pen.beginPath();
  if (compliance === "stopped") {
    pen.moveTo(9.5, 12);
    pen.lineTo(14.5, 12);
  } else {
    pen.moveTo(12, 15);
    pen.lineTo(12, 9.4);
    pen.moveTo(9.8, 11.5);
    pen.lineTo(12, 9.2);
    pen.lineTo(14.2, 11.5);
  }
  pen.stroke();
  return pen;
}

/** @param {Palette} colours */
function intake(colours) {
  const pen = canvas(24, 24);
  pen.beginPath();
  pen.moveTo(12, 18.5);
  pen.lineTo(5.8, 7);
  pen.lineTo(18.2, 7);
  pen.closePath();
  pen.fillStyle = colours.surface;
  pen.fill();
  pen.lineWidth = 1.2;
  pen.strokeStyle = colours.pinLine;
  pen.stroke();
  pen.beginPath();
  pen.moveTo(12, 8.8);
  pen.lineTo(12, 13.6);
  pen.moveTo(10.3, 12);
  pen.lineTo(12, 13.8);
  pen.lineTo(13.7, 12);
  pen.stroke();
  return pen;
}

/** @param {Palette} colours */
function board(colours) {
  const pen = canvas(24, 24);
  pen.strokeStyle = colours.pinLine;
  pen.fillStyle = colours.surface;
  pen.lineWidth = 1.2;
  pen.beginPath();
  pen.moveTo(12, 14);
  pen.lineTo(12, 19);
  pen.stroke();
  pen.beginPath();
  pen.roundRect(5.5, 6, 13, 8.5, 1.5);
  pen.fill();
  pen.stroke();
  return pen;
}

/** @param {Palette} colours */
function seat(colours) {
  const pen = canvas(12, 12);
  pen.fillStyle = colours.surface;
  pen.strokeStyle = colours.text;
  pen.lineWidth = 1.6;
  pen.fillRect(3, 3, 6, 6);
  pen.strokeRect(3, 3, 6, 6);
  return pen;
}

/** @param {Palette} colours */
function town(colours) {
  const pen = canvas(8, 8);
  pen.beginPath();
  pen.arc(4, 4, 1.6, 0, 7);
  pen.fillStyle = colours.label;
  pen.fill();
  return pen;
}

/** @type {Record<string, (colours: Palette, details: string[]) => CanvasRenderingContext2D>} */
const SHAPES = { section, cluster, outfall, intake, board, seat, town };
/** @type {Record<string, (canvas: (width: number, height: number) => CanvasRenderingContext2D, colours: Palette, details: string[]) => CanvasRenderingContext2D>} */
const OF_LEDGER = { problem, chip, leader, track };

/** The pixels of a symbol, null for a name that is none of ours. @param {string} name @param {Palette} colours */
export function draw(name, colours) {
  const [kind, ...details] = name.split("|");
  const shape = SHAPES[kind];
  const told = OF_LEDGER[kind];
  if (!shape && !told) return null;
  const pen = shape ? shape(colours, details) : told(canvas, colours, details);
  return pen.getImageData(0, 0, pen.canvas.width, pen.canvas.height);
}

export const OPTIONS = { pixelRatio: RATIO };
