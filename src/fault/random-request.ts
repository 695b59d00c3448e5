import type { FaultOptions, FaultRequest, FaultResult } from "./fault-request.ts";
import type { PlannedFault } from "./random-plan.ts";
import type { RandomStep } from "./random-step.ts";
import type { Target } from "./target.ts";
import type { SkipReason } from "./untouched.ts";

export interface RandomRequest extends Pick<FaultRequest, "host" | "expect" | "force"> {
  readonly ports: readonly number[];
  readonly plan: readonly PlannedFault[];
  readonly durationMs: number;
  /** At every instant at least so many of the ports are untouched, as far as it is up to us. */
  readonly keepHealthy: number;
  /** For so long a port must be seen to serve before it counts as untouched again. */
  readonly settleMs: number;
}

export interface RandomOptions extends FaultOptions {
  /** What becomes of the plan, beside what each fault notifies of. */
  readonly onStep: (step: RandomStep) => void;
}

export interface RandomResult {
  /** `undone`: one of the faults was ended by `dfs fault undo`, which ended all. */
  readonly outcome: Extract<FaultResult["outcome"], "done" | "interrupted" | "undone">;
  /** All that were hit. */
  readonly targets: readonly Target[];
  /** Faults that were hit and undone as planned, or by what ended the whole. */
  readonly done: readonly PlannedFault[];
  /** Faults whose effect or undoing could not be proved. */
  readonly failed: readonly PlannedFault[];
  /** Faults that ended early, because too few others were left untouched by then. */
  readonly cutShort: readonly PlannedFault[];
  readonly skipped: readonly (PlannedFault & { readonly reason: SkipReason })[];
  /** Ports that were not seen to serve at the end. */
  readonly absent: readonly number[];
}
