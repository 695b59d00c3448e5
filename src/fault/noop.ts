import { takeAim } from "./aim.ts";
import type { FaultName } from "./fault-kinds.ts";
import type { FaultOptions, FaultRequest, FaultResult } from "./fault-request.ts";
import type { System } from "./system.ts";
import type { Target } from "./target.ts";

export interface NoopRequest extends FaultRequest {
  /** The fault it stands in for, whose refusals it gives. */
  readonly insteadOf: FaultName;
}

/** What a fault would do to the target, a line each; throws what would keep it from doing so. */
export type Foresee = (target: Target, system: System) => readonly string[];

/**
 * A dry run: finds and shows whom the fault would hit now, does nothing to it, writes no record.
 */
export async function injectNoop(
  request: NoopRequest,
  options: FaultOptions,
  foresee: Foresee = () => [],
): Promise<FaultResult & { readonly foreseen: readonly string[] }> {
  const { targets, system } = await takeAim({ ...options, fault: request.insteadOf, request });
  const foreseen = targets.flatMap((target) => foresee(target, system));
  return { outcome: "done", targets, foreseen };
}
