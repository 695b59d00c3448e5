import { limits } from "../base/limits.ts";
import { injectCrash } from "./crash.ts";
import { injectDrain } from "./drain.ts";
import type { FaultOptions, FaultRequest, FaultResult } from "./fault-request.ts";
import { injectLimp } from "./limp.ts";
import type { PlannedFault, RandomKind } from "./random-plan.ts";
import { injectRestart } from "./restart.ts";
import { injectStall } from "./stall.ts";

/** How a limp among faults at random goes; its period fits the shortest of them. */
const limp = { dutyShare: 0.8, periodMs: limits.randomFaultMinMs };

/** One fault of a plan, now. */
export function injectPlanned(
  { kind, port, lengthMs: durationMs = 0 }: PlannedFault,
  request: FaultRequest,
  options: FaultOptions,
): Promise<FaultResult> {
  const withinMs = limits.randomWithinMs;
  switch (kind) {
    case "crash":
      return injectCrash(request, options);
    case "stall":
      return injectStall({ ...request, durationMs }, options);
    case "limp":
      return injectLimp({ ...request, durationMs, ...limp }, options);
    case "drain":
      return injectDrain({ ...request, withinMs }, options);
    case "restart": {
      const output = { command: undefined, outputPath: `restart_${port}.log` };
      return injectRestart({ ...request, ...output, downtimeMs: durationMs, withinMs }, options);
    }
  }
}

/** Whether ending it early brings its port back early: what was killed or asked to end is. */
export function isCutShort(kind: RandomKind): boolean {
  return kind === "stall" || kind === "limp" || kind === "restart";
}
