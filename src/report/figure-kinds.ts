import type { Unit } from "./figure.ts";
import type { RunReport } from "./run-report.ts";

/** Everything a criterion may ask about: the report but for the verdict that follows from it. */
export type RunFigures = Omit<RunReport, "verdict">;

/** Why a figure has no value. */
export interface Unknown {
  readonly unknown: string;
}

/** A figure of the report, as `--require` and the outputs for machines name it. */
export interface Figure {
  readonly name: string;
  readonly unit: Unit;
  /** Which direction is good: `more` is at least, `less` is at most. */
  readonly better: "more" | "less";
  readonly meaning: string;
  /** Infinite: it never came. */
  readonly read: (run: RunFigures) => number | Unknown;
  /** Why the value may be worse than it says; undefined when it is exact. */
  readonly doubtOf: (run: RunFigures) => string | undefined;
}

export type Facts = Pick<Figure, "unit" | "better" | "meaning"> & {
  readonly doubt?: Figure["doubtOf"];
};

/** A null needs a reason: `why` is the one that is left when nothing better is known. */
export function figure(
  name: string,
  { unit, better, meaning, doubt = () => undefined }: Facts,
  read: (run: RunFigures) => number | null | Unknown,
  why = "no request ended ok",
): Figure {
  const known = (run: RunFigures) => read(run) ?? { unknown: why };
  return { name, unit, better, meaning, read: known, doubtOf: doubt };
}

export const more = (meaning: string) => ({ unit: "count", better: "more", meaning }) as const;
export const less = (meaning: string) => ({ unit: "count", better: "less", meaning }) as const;
export const span = (meaning: string) => ({ unit: "duration", better: "less", meaning }) as const;
export const rate = (meaning: string) => ({ unit: "rate", better: "more", meaning }) as const;
