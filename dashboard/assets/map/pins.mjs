/* Problems in words: what they are about, how they stand, what is left of their deadline. */

import { say } from "./words.mjs";

/** What is left of the deadline in words; nothing before there is one. @param {{light?: string, days?: number}} pin */
export function timeWords({ light, days }) {
  if (days === undefined) return "";
  if (light === "red") return days === 0 ? say("over_today") : say("over_by", { n: -days });
  return days <= 0 ? say("due_today") : say("left", { n: days });
}

/** The problem in words: what it is about. */
export const categoryWord = (/** @type {{category?: string}} */ p) => say(`category.${p.category}`);
export const statusWord = (/** @type {{status?: string, returned?: boolean}} */ p) => say(`status.${p.returned ? "returned" : p.status}`);
