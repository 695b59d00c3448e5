import { awaitBlow, type Plan, takeAim } from "./aim.ts";
import type { CrashSignal } from "./crash-signals.ts";
import type { FaultOptions, FaultRequest, FaultResult } from "./fault-request.ts";
import { assertEffective, assertKnown, killTargets } from "./kill.ts";

export interface CrashRequest extends FaultRequest {
  /** Default: SIGKILL, for which no handler of the target runs. */
  readonly signal?: CrashSignal;
}

/**
 * Kills the process that listens on the port, as a crash does. Resolves when the process is seen
 * gone and the port no longer its own; a crash has no undo. Rejects with a `fault` error when there
 * is no target, it may not be hit, or the effect is not seen in time.
 */
export async function injectCrash(
  request: CrashRequest,
  options: FaultOptions,
): Promise<FaultResult> {
  const { signal = "SIGKILL" } = request;
  const plan: Plan = { ...options, fault: "crash", request };
  const aim = await takeAim(plan);
  assertKnown(aim.system, signal);
  for (const target of aim.targets) assertEffective(aim.system, target, signal);
  const targets = await awaitBlow(plan, aim);
  if (targets === undefined) return { outcome: "interrupted", targets: [] };
  await killTargets(plan, aim.system, { targets, signal });
  return { outcome: "done", targets };
}
