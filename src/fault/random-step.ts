import type { PlannedFault } from "./random-plan.ts";
import type { SkipReason } from "./untouched.ts";

/** What becomes of a plan of faults, beside the events of the faults themselves. */
export type RandomStep = { readonly tUs: number; readonly fault: PlannedFault } & (
  | {
      readonly kind: "skipped";
      readonly reason: SkipReason;
      /** Goes on after "as". */
      readonly why: string;
    }
  /** Its effect or its undoing could not be proved. */
  | { readonly kind: "failed"; readonly message: string }
  /** It is undone before its time, since only `untouched` were left by others' doing. */
  | {
      readonly kind: "cut-short";
      readonly untouched: readonly number[];
      readonly keepHealthy: number;
    }
);
