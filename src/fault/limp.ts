import { sleep } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import { faultRecord } from "./fault-record.ts";
import type { FaultOptions, FaultResult, LimpRequest } from "./fault-request.ts";
import { type LimpCycle, type LimpSchedule, limpCycle, nextLimpCycle } from "./limp-schedule.ts";
import type { Observation } from "./prove.ts";
import { injectSuspending, type Stage, waitWatching } from "./suspending.ts";
import { proveResumed, proveSuspended } from "./suspension-proof.ts";
import type { Suspension } from "./system.ts";
import type { Target } from "./target.ts";

/**
 * Suspends the process that listens on the port for `dutyShare` of every `periodMs` and lets it run
 * for the rest, for `durationMs`: slow but alive. Resolves when it is seen running again. Rejects,
 * ends early and is undone as injectStall() does.
 */
export function injectLimp(request: LimpRequest, options: FaultOptions): Promise<FaultResult> {
  return injectSuspending("limp", request, options, (stage, target) =>
    new Limp(stage, target).run(),
  );
}

class Limp {
  readonly #stage: Stage<LimpRequest>;
  readonly #target: Target;
  #suspension: Suspension;
  #suspendedUs: number;
  #resumedUs: number | undefined;
  /** Of all suspensions that are over. */
  #suspendedSumUs = 0;
  #cycleCount = 0;
  #droppedCount = 0;

  constructor(stage: Stage<LimpRequest>, target: Target) {
    this.#stage = stage;
    this.#target = target;
    this.#suspendedUs = stage.clock.nowUs();
    this.#suspension = stage.suspend(target.process);
  }

  async run(): Promise<"running" | "gone"> {
    const { signal } = this.#stage;
    const resume = () => void this.#resume();
    signal.addEventListener("abort", resume, { once: true });
    try {
      const begun = await proveSuspended(this.#stage, this.#target);
      if (begun !== undefined) return await this.#limp(begun);
      return (await proveResumed(this.#stage, this.#target, this.#resume())).state;
    } finally {
      signal.removeEventListener("abort", resume);
    }
  }

  /** From the proof that the target was suspended to the proof that it runs again. */
  async #limp(begun: Observation<"stopped">): Promise<"running" | "gone"> {
    const { ledger, run, notify, request, clock, wallUs } = this.#stage;
    const { port, durationMs, dutyShare, periodMs } = request;
    const about = { fault: "limp", port, target: this.#target } as const;
    const record = { run, port, process: this.#target.process };
    ledger.append(faultRecord("limp", { phase: "begin", tUs: begun.tUs, ...record }));
    this.#stage.begun(this.#target, begun.tUs);
    notify({ kind: "limping", ...about, tUs: begun.tUs, durationMs, dutyShare, periodMs });

    const schedule: LimpSchedule = {
      beginUs: begun.tUs,
      endUs: begun.tUs + durationMs * 1000,
      periodUs: periodMs * 1000,
      suspendedUs: dutyShare * periodMs * 1000,
    };
    const wallEndUs = wallUs() + schedule.endUs - clock.nowUs();
    const isGone = (await this.#alternate(schedule, wallEndUs)) === "gone";
    const resumedUs = this.#resume();
    const proved = isGone
      ? ({ state: "gone", tUs: clock.nowUs() } as const)
      : await proveResumed(this.#stage, this.#target, resumedUs);
    const isLate = resumedUs >= schedule.endUs + limits.watchdogOverdueMs * 1000;
    const beforeUs = await this.#stage.resumedBefore(this.#target, resumedUs, isLate);
    if (beforeUs !== undefined) this.#suspendedSumUs -= resumedUs - beforeUs;
    const ended = { ...proved, tUs: beforeUs ?? proved.tUs };
    ledger.append(faultRecord("limp", { phase: "end", tUs: ended.tUs, ...record }));
    const limpedMs = (ended.tUs - begun.tUs) / 1000;
    const at = { ...about, tUs: ended.tUs };
    if (ended.state === "gone") notify({ kind: "target-gone", ...at, stalledMs: limpedMs });
    else notify({ kind: "limped", ...at, limpedMs, ...this.#figures(limpedMs) });
    return ended.state;
  }

  /** Every cycle, the first of which has begun, until the end, the signal, or the target's end. */
  async #alternate(schedule: LimpSchedule, wallEndUs: number): Promise<"gone" | undefined> {
    const { clock, signal, system, wallUs } = this.#stage;
    const { process } = this.#target;
    const waitUntil = (untilUs: number) =>
      waitWatching(this.#stage, process, { untilUs, wallEndUs }, ["gone"]);
    const isOver = () => signal.aborted || clock.nowUs() >= schedule.endUs || wallUs() >= wallEndUs;
    let cycle: LimpCycle = limpCycle(schedule, 0);
    let glanceUs = 0;
    for (;;) {
      if ((await waitUntil(cycle.resumeUs)) === "gone") return "gone";
      this.#resume();
      // After so long its watchdog may have undone it, whose word is still to be read.
      const lateMs = (clock.nowUs() - cycle.resumeUs) / 1000;
      if (lateMs >= limits.watchdogAskedMs) await sleep(clock, limits.watchdogWordMs, signal);
      if (isOver()) return undefined;
      const next = nextLimpCycle(schedule, cycle.index, clock.nowUs());
      this.#droppedCount += (next?.index ?? cycle.index + 1) - cycle.index - 1;
      const untilUs = next === undefined ? schedule.endUs : next.suspendUs - glanceUs;
      if ((await waitUntil(untilUs)) === "gone") return "gone";
      // The last look before it is suspended again: its pid may be another's by now.
      const glancedUs = clock.nowUs();
      if ((await system.glance(process)) === "gone") return "gone";
      glanceUs = clock.nowUs() - glancedUs;
      if (next === undefined || isOver()) return undefined;
      cycle = next;
      if (clock.nowUs() < cycle.resumeUs) this.#suspend();
      else this.#droppedCount++;
    }
  }

  #suspend(): void {
    this.#suspendedUs = this.#stage.clock.nowUs();
    this.#resumedUs = undefined;
    this.#suspension = this.#stage.suspend(this.#target.process);
  }

  /** Resumes the target if it is suspended; returns when it was. */
  #resume(): number {
    this.#suspension.resume();
    if (this.#resumedUs === undefined) {
      this.#resumedUs = this.#stage.clock.nowUs();
      this.#suspendedSumUs += this.#resumedUs - this.#suspendedUs;
      this.#cycleCount++;
    }
    return this.#resumedUs;
  }

  #figures(limpedMs: number) {
    return {
      cycleCount: this.#cycleCount,
      droppedCount: this.#droppedCount,
      suspendedShare: Math.min(1, this.#suspendedSumUs / 1000 / limpedMs),
    };
  }
}
