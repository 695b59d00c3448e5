import { DfsError } from "../base/errors.ts";
import { didYouMean } from "../base/nearest.ts";
import { printable } from "../base/printable.ts";
import type { JudgedRequirement } from "./criterion.ts";
import { units } from "./figure.ts";
import { figureCatalog } from "./figure-catalog.ts";
import type { Figure, RunFigures } from "./figure-kinds.ts";
import type { Criterion } from "./run-report.ts";

export type Operator = ">=" | "<=" | ">" | "<" | "=" | "!=";

/** A criterion that somebody asked for: `p99<=50ms`. */
export interface Requirement {
  readonly figure: Figure;
  readonly operator: Operator;
  readonly bound: number;
}

const words: Readonly<Record<Operator, string>> = {
  ">=": "at least",
  "<=": "at most",
  ">": "above",
  "<": "below",
  "=": "exactly",
  "!=": "not",
};

const form = /^\s*([A-Za-z][\w.-]*)\s*(>=|<=|==|!=|=|>|<|:)\s*(.*?)\s*$/s;

/**
 * Reads `FIGURE OPERATOR VALUE`. A colon stands for >= where more is better and for <= where less
 * is, as cmd.exe takes `>` and `<` for itself. Throws a usage error that starts with `name`.
 */
export function parseRequirement(text: string, name: string): Requirement {
  const match = form.exec(text);
  if (match === null) {
    const [word = ""] = text.trim().split(/[^\w.]/);
    throw new DfsError(
      "usage",
      printable(
        `${name} must be FIGURE OPERATOR VALUE, such as success>=99.9%, success:99.9% or lost=0, ` +
          `with one of >= <= > < = != and : current value is "${text}"`,
      ) + figureHint(word),
    );
  }
  const [, word = "", operator = "", value = ""] = match;
  const wanted = word.toLowerCase().replaceAll("-", "_");
  const figure = figureCatalog.find((candidate) => candidate.name === wanted);
  if (figure === undefined) {
    throw new DfsError(
      "usage",
      printable(`${name} knows no figure "${word}": current value is "${text}"`) + figureHint(word),
    );
  }
  const bound = units[figure.unit].parse(value);
  if (bound === undefined || !Number.isFinite(bound)) {
    throw new DfsError(
      "usage",
      printable(
        `${name} ${figure.name} needs ${units[figure.unit].form}: current value is "${text}"`,
      ),
    );
  }
  return { figure, operator: operatorOf(operator, figure), bound };
}

function figureHint(word: string): string {
  const names = figureCatalog.map(({ name }) => name);
  const hint = names.includes(word) ? "" : didYouMean(word, names);
  return `${hint} Figures: ${names.join(" ")}`;
}

function operatorOf(text: string, { better }: Figure): Operator {
  switch (text) {
    case ">=":
    case "<=":
    case ">":
    case "<":
    case "!=":
      return text;
    case ":":
      return better === "more" ? ">=" : "<=";
    default:
      return "=";
  }
}

/** As parseRequirement() reads it back: `p99 <= 50ms`. */
export function formatRequirement({ figure, operator, bound }: Requirement): string {
  return `${figure.name} ${operator} ${units[figure.unit].format(bound)}`;
}

/**
 * Holds the requirement against a run. What is not known is not met; what may be worse than the
 * ledgers show is not met either, unless it is bad enough as it is.
 */
export function judgeRequirement(requirement: Requirement, run: RunFigures): JudgedRequirement {
  return { figure: requirement.figure.name, criterion: criterionOf(requirement, run) };
}

function criterionOf(requirement: Requirement, run: RunFigures): Criterion {
  const { figure, operator, bound } = requirement;
  const { format } = units[figure.unit];
  const facts = {
    name: formatRequirement(requirement),
    required: `${words[operator]} ${format(bound)}`,
  };
  const value = figure.read(run);
  if (typeof value === "object") {
    return { ...facts, actual: "unknown", met: "unknown", why: value.unknown };
  }
  const isMet = holds(value, operator, bound);
  const actual = Number.isFinite(value)
    ? `${format(value)}${marginText(requirement, value, isMet)}`
    : "never";
  if (!isMet) return { ...facts, actual, met: "no", why: `it is ${actual}` };
  const doubt = figure.doubtOf(run);
  return doubt === undefined
    ? { ...facts, actual, met: "yes", why: "" }
    : { ...facts, actual, met: "unknown", why: doubt };
}

function holds(value: number, operator: Operator, bound: number): boolean {
  switch (operator) {
    case ">=":
      return value >= bound;
    case "<=":
      return value <= bound;
    case ">":
      return value > bound;
    case "<":
      return value < bound;
    case "=":
      return value === bound;
    case "!=":
      return value !== bound;
  }
}

/** How far the value is from the bound. */
function marginText({ figure, operator, bound }: Requirement, value: number, isMet: boolean) {
  const distance = Math.abs(value - bound);
  if (operator === "!=" || (operator === "=" && isMet) || (!isMet && distance === 0)) return "";
  // A share's distance is in percentage points.
  const text = units[figure.unit].format(distance).replace("%", " points");
  if (isMet) return ` (${text} to spare)`;
  const [above, below] = figure.unit === "count" ? ["many", "few"] : ["much", "little"];
  return ` (${text} too ${value > bound ? above : below})`;
}
