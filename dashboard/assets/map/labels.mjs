/* What a tile's row says in words: names, ages and symbols, by expressions of the style. */

import { NUMERALS } from "./palette.mjs";
import { inEnglish, say } from "./words.mjs";

export const localName = () => (inEnglish() ? ["coalesce", ["get", "name_en"], ["get", "name"]] : ["get", "name"]);

/* What a section's name ends with and its label leaves out. */
const ENDINGS = ["断面", "水质自动站", " section"];

/** A name without the word for what it names, as on a map. @param {string} name */
export function shortened(name) {
  const ending = ENDINGS.find((each) => name.toLowerCase().endsWith(each));
  return ending ? name.slice(0, -ending.length) : name;
}

/** The same by an expression. */
export const shortName = () => [
  "let", "name", ["to-string", localName()],
  ["case", ...ENDINGS.flatMap((ending) => [
    ["==", ["downcase", ["slice", ["var", "name"], -ending.length]], ending],
    ["slice", ["var", "name"], 0, ["-", ["length", ["var", "name"]], ending.length]],
  ]), ["var", "name"]],
];

const HOLE = "\u0001";

/** Words with a number in them. @param {(n: string) => string} words @param {unknown} number an expression */
export function numbered(words, number) {
  const [before, after = ""] = words(HOLE).split(HOLE);
  return ["concat", before, number, after];
}

/** The short name, with how long ago a stale section was heard of: in hours up to two days, in days beyond. @param {number} now s */
export const ageLabel = (now) => [
  "case", ["all", ["==", ["get", "state"], "stale"], ["has", "at"]],
  ["let", "hours", ["max", 1, ["round", ["/", ["-", now, ["get", "at"]], 3600]]],
    ["concat", shortName(), " · ", [
      "case", ["<=", ["var", "hours"], 48], numbered((n) => say("hours_ago", { n }), ["var", "hours"]), numbered((n) => say("days_ago", { n }), ["round", ["/", ["var", "hours"], 24]]),
    ]]],
  shortName(),
];

/** section|class|state|ring|text; the text is n/5 where incomplete, the last class where stale. */
export const sectionIcon = () => [
  "concat", "section|", ["get", "cls"], "|", ["get", "state"], "|", ["case", ["==", ["get", "meets"], false], "r", ""], "|",
  [
    "case", ["all", ["==", ["get", "state"], "partial"], ["has", "need"]], ["concat", ["coalesce", ["get", "have"], 0], "/", ["get", "need"]],
    ["==", ["get", "state"], "stale"], ["match", ["coalesce", ["get", "last"], 0], ...[1, 2, 3, 4, 5, 6].flatMap((n) => [n, NUMERALS[n]]), ""],
    "",
  ],
];
