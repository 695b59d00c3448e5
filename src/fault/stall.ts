import { limits } from "../base/limits.ts";
import { warn } from "./aim.ts";
import { faultRecord } from "./fault-record.ts";
import type { FaultOptions, FaultResult, StallRequest } from "./fault-request.ts";
import { formatProcess } from "./process-facts.ts";
import type { Observation } from "./prove.ts";
import { injectSuspending, type Stage, waitWatching } from "./suspending.ts";
import { proveResumed, proveSuspended } from "./suspension-proof.ts";
import type { Target } from "./target.ts";

/**
 * Suspends the process that listens on the port and resumes it after `durationMs`, or at once when
 * the signal is aborted or an undo is asked for. Resolves when it is seen running again. Rejects
 * with a `fault` error when there is no target, it may not be hit, it cannot be guarded, or an
 * effect is not seen in time; whatever happens, what was suspended is resumed: by a watchdog when
 * this process is killed.
 */
export function injectStall(request: StallRequest, options: FaultOptions): Promise<FaultResult> {
  return injectSuspending("stall", request, options, stallTarget);
}

async function stallTarget(
  stage: Stage<StallRequest>,
  target: Target,
): Promise<"running" | "gone"> {
  const { clock, signal } = stage;
  const suspension = stage.suspend(target.process);
  let resumedUs: number | undefined;
  const resume = () => {
    const wasThere = suspension.resume();
    resumedUs ??= clock.nowUs();
    return { wasThere, resumedUs };
  };
  // Not only when the wait is over, but at once, even amid a proof that takes its time.
  signal.addEventListener("abort", resume, { once: true });
  try {
    const begun = await proveSuspended(stage, target);
    if (begun !== undefined) return await sitOut(stage, target, { begun, resume });
    return (await proveResumed(stage, target, resume().resumedUs)).state;
  } finally {
    signal.removeEventListener("abort", resume);
  }
}

interface Stall {
  readonly begun: Observation<"stopped">;
  readonly resume: () => { wasThere: boolean; resumedUs: number };
}

/** From the proof that the target is suspended to the proof that it runs again. */
async function sitOut(
  stage: Stage<StallRequest>,
  target: Target,
  { begun, resume }: Stall,
): Promise<"running" | "gone"> {
  const { process } = target;
  const { ledger, run, notify, request, clock, wallUs, signal } = stage;
  const about = { fault: "stall", port: request.port, target } as const;
  const record = { run, port: request.port, process };
  ledger.append(faultRecord("stall", { phase: "begin", tUs: begun.tUs, ...record }));
  stage.begun(target, begun.tUs);
  notify({ kind: "started", ...about, tUs: begun.tUs, durationMs: request.durationMs });

  const untilUs = begun.tUs + request.durationMs * 1000;
  const until = { untilUs, wallEndUs: wallUs() + untilUs - clock.nowUs() };
  const held = await waitWatching(stage, process, until, ["running", "gone"]);
  const { wasThere, resumedUs } = resume();
  const proved = wasThere
    ? await proveResumed(stage, target, resumedUs)
    : ({ state: "gone", tUs: resumedUs } as const);
  const isLate = resumedUs >= untilUs + limits.watchdogOverdueMs * 1000;
  const beforeUs = await stage.resumedBefore(target, resumedUs, isLate || held === "running");
  if (held === "running" && !signal.aborted) {
    const message = `${formatProcess(process)} was resumed by someone else before its time`;
    warn(stage, "resumed-by-others", message);
  }
  const ended = { ...proved, tUs: beforeUs ?? proved.tUs };
  ledger.append(faultRecord("stall", { phase: "end", tUs: ended.tUs, ...record }));
  const stalledMs = (ended.tUs - begun.tUs) / 1000;
  const kind = ended.state === "gone" ? "target-gone" : "recovered";
  notify({ kind, ...about, tUs: ended.tUs, stalledMs });
  return ended.state;
}
