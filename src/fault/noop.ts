import { takeAim } from "./aim.ts";
import type { FaultName } from "./fault-kinds.ts";
import type { FaultOptions, FaultRequest, FaultResult } from "./fault-request.ts";

export interface NoopRequest extends FaultRequest {
  /** The fault it stands in for, whose refusals it gives. */
  readonly insteadOf: FaultName;
}

/**
 * A dry run: finds and shows whom the fault would hit now, does nothing to it, writes no record.
 */
export async function injectNoop(
  request: NoopRequest,
  options: FaultOptions,
): Promise<FaultResult> {
  const { targets } = await takeAim({ ...options, fault: request.insteadOf, request });
  return { outcome: "done", targets };
}
