import { units } from "../report/figure.ts";
import { figureCatalog } from "../report/figure-catalog.ts";
import { parseRequirement, type Requirement } from "../report/requirement.ts";
import * as flags from "./flags.ts";

/** `--require`, the same wherever a run is judged. */
export const requireFlag: flags.Flag<readonly Requirement[]> = flags.repeated(
  {
    description:
      "Criterion besides the guide's, such as success>=99.9%, p99<=50ms or lost=0 (success:99.9% " +
      "where a shell takes >); it replaces the guide's on the same figure (success, lost, wrong, " +
      "recovery); repeatable; dfs report --help lists the figures",
    valueHint: "CRITERION",
  },
  parseRequirement,
);

/** The figures that `--require` knows, for help. */
export function figureLines(): readonly string[] {
  const width = Math.max(...figureCatalog.map(({ name }) => name.length));
  return [
    "FIGURES FOR --require",
    "",
    "  FIGURE>=VALUE, with one of >= <= > < = !=, or : for at least (where more is better) or",
    "  at most (where less is). What is not known is not met. Values:",
    ...Object.entries(units).map(([unit, { form }]) => `    ${unit.padEnd(width)}  ${form}`),
    "",
    ...figureCatalog.map(({ name, unit, better, meaning }) => {
      const bound = better === "more" ? ": at least" : ": at most";
      return `    ${name.padEnd(width)}  ${unit.padEnd(8)}  ${bound.padEnd(10)}  ${meaning}`;
    }),
  ];
}
