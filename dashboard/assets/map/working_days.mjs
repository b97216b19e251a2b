/* Working days in China, by the same rule as the server's: data/procedure/deadlines.py. */

const DAY_S = 86400;
const ZONE_S = 8 * 3600;
const THURSDAY = 3; // 1970-01-01, with Monday as 0

/** The business day of a moment, counted from 1970-01-01. @param {number} at s */
const dayOf = (at) => Math.floor((at + ZONE_S) / DAY_S);
const numberOf = (/** @type {string} */ day) => Date.parse(`${day}T00:00:00Z`) / 1000 / DAY_S;

/** How many days from Monday to Friday there are up to and with a day, from a Monday before 1970 on. @param {number} day */
function weekdays(day) {
  const since = day + THURSDAY;
  const weeks = Math.floor(since / 7);
  return 5 * weeks + Math.min(since - 7 * weeks + 1, 5);
}

export class WorkingDays {
  /** @param {Calendar} [calendar] weekdays that are off and weekend days that are worked, as dates @param {number} [now] s */
  constructor({ off = [], work = [] } = {}, now = Date.now() / 1000) {
    /** @type {[day: number, more: number][]} what exceptional days add to the weekdays, from each on */
    this.steps = [];
    const turns = [...off.map((day) => [numberOf(day), -1]), ...work.map((day) => [numberOf(day), 1])].sort(([a], [b]) => a - b);
    let more = 0;
    for (const [day, one] of turns) this.steps.push([day, (more += one)]);
    this.today = this.upTo(dayOf(now));
  }

  /** Working days up to and with a day, from a day that is always the same. @param {number} day */
  upTo(day) {
    const step = this.steps.findLast(([from]) => from <= day);
    return weekdays(day) + (step ? step[1] : 0);
  }

  /** Working days until a moment; below zero where they are past. @param {number} due s */
  left(due) {
    return this.upTo(dayOf(due)) - this.today;
  }

  /** Working days since a moment, by an expression of the style. @param {unknown} due an expression, s */
  overBy(due) {
    const since = ["+", ["floor", ["/", ["+", due, ZONE_S], DAY_S]], THURSDAY];
    const weeks = ["floor", ["/", ["var", "since"], 7]];
    const upTo = ["+", ["*", 5, weeks], ["min", ["+", ["-", ["var", "since"], ["*", 7, weeks]], 1], 5]];
    const stops = this.steps.flatMap(([day, more]) => [day + THURSDAY, more]);
    const more = stops.length ? ["step", ["var", "since"], 0, ...stops] : 0;
    return ["let", "since", since, ["-", this.today, ["+", upTo, more]]];
  }
}
