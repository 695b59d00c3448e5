import { resolve } from "node:path";
import { sleep } from "../base/clock.ts";
import { formatDuration } from "../base/duration.ts";
import { formatEndpoint } from "../base/endpoint.ts";
import { DfsError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { injectCrash } from "../fault/crash.ts";
import { injectDrain } from "../fault/drain.ts";
import type { FaultOptions, FaultRequest, FaultResult } from "../fault/fault-request.ts";
import { addressesOfHost } from "../fault/host-addresses.ts";
import { injectLimp } from "../fault/limp.ts";
import { allSettled } from "../fault/prove.ts";
import { injectRestart } from "../fault/restart.ts";
import { injectStall } from "../fault/stall.ts";
import { formatFault, type PlannedFault, plannedMs } from "./planned-fault.ts";
import type { ReturnWatch } from "./return-watch.ts";

/** What faults within a load work with; `signal` is aborted when the load is not to go on. */
export interface FaultStage extends FaultOptions {
  readonly returns: ReturnWatch;
  /** When the last request is due. */
  readonly endUs: number;
  /** Where the output of a server goes that is started again and had it nowhere. */
  readonly directory: string;
}

/** A fault that has taken effect and is over, as far as that is its own doing. */
interface Blow {
  readonly fault: PlannedFault;
  /** Not later than its effect. */
  readonly blowUs: number;
}

/** Throws a `fault` error when one is meant for another host than this one. */
export async function assertLocal(faults: readonly PlannedFault[]): Promise<void> {
  await allSettled(faults.map(({ endpoint }) => addressesOfHost(endpoint.host)));
}

/**
 * Injects each fault at its time; the load's first request is due now. Resolves when all are over.
 * Rejects with the first that failed, after the others have been undone: a fault without its
 * proof, one that somebody else has ended before its time, one whose turn did not come in time.
 */
export async function injectFaults(
  faults: readonly PlannedFault[],
  stage: FaultStage,
): Promise<void> {
  const failed = new AbortController();
  const signal = AbortSignal.any([stage.signal, failed.signal]);
  const courses: Promise<Blow | undefined>[] = [];
  for (const fault of faults) {
    const course = play(fault, courses.at(-1), { ...stage, signal });
    course.catch(() => failed.abort());
    courses.push(course);
  }
  await allSettled(courses);
}

/** Undefined: the signal came before its blow. */
async function play(
  fault: PlannedFault,
  before: Promise<Blow | undefined> | undefined,
  stage: FaultStage,
): Promise<Blow | undefined> {
  const { clock, signal } = stage;
  const { from, afterMs } = fault.start;
  if (from === "back") {
    const earlier = await before;
    if (earlier === undefined || signal.aborted) return undefined;
    await awaitReturn(fault, earlier, stage);
    await sleep(clock, afterMs, signal);
    if (signal.aborted) return undefined;
    assertFits(fault, stage);
  }
  const delayMs = from === "begin" ? afterMs : 0;
  const blowUs = clock.nowUs() + delayMs * 1000;
  const { outcome } = await inject(fault, delayMs, stage);
  if (outcome === "undone") {
    throw new DfsError("fault", `${formatFault(fault)} was ended before its time by others`);
  }
  if (outcome === "target-gone") {
    const { kind, endpoint } = fault;
    throw new DfsError("fault", `Replica ${formatEndpoint(endpoint)} died during its ${kind}`);
  }
  return { fault, blowUs };
}

function inject(fault: PlannedFault, delayMs: number, stage: FaultStage): Promise<FaultResult> {
  const { endpoint, expect } = fault;
  const request: FaultRequest = { port: endpoint.port, host: endpoint.host, expect, delayMs };
  switch (fault.kind) {
    case "crash":
      return injectCrash({ ...request, signal: fault.signal }, stage);
    case "stall":
      return injectStall({ ...request, durationMs: fault.durationMs }, stage);
    case "limp": {
      const { durationMs, dutyShare, periodMs } = fault;
      return injectLimp({ ...request, durationMs, dutyShare, periodMs }, stage);
    }
    case "drain":
      return injectDrain({ ...request, withinMs: fault.withinMs }, stage);
    case "restart": {
      const { downtimeMs, withinMs } = fault;
      const outputPath = resolve(stage.directory, `restart_${endpoint.port}.log`);
      const how = { command: undefined, downtimeMs, withinMs, outputPath };
      return injectRestart({ ...request, ...how }, stage);
    }
  }
}

/** Latest begin of a fault that is to be judged. */
function latestUs(fault: PlannedFault, { endUs }: FaultStage): number {
  return endUs - (plannedMs(fault) + limits.faultTailMinMs) * 1000;
}

async function awaitReturn(fault: PlannedFault, earlier: Blow, stage: FaultStage): Promise<void> {
  const { clock, returns, signal } = stage;
  const leftMs = (latestUs(fault, stage) - clock.nowUs()) / 1000;
  const withinMs = Math.min(leftMs, limits.faultBackMaxMs);
  const { endpoint } = earlier.fault;
  if (await returns.isBack(endpoint, earlier.blowUs, { withinMs, signal })) return;
  if (signal.aborted) return;
  throw new DfsError(
    "fault",
    `Cannot go on with ${formatFault(fault)} as ${formatEndpoint(endpoint)} was not serving again ` +
      `${formatDuration(Math.max(0, Math.round(withinMs)))} after ${formatFault(earlier.fault)}: ` +
      "is there anything that starts it again, such as dfs serve --restart on-crash?",
  );
}

function assertFits(fault: PlannedFault, stage: FaultStage): void {
  const lateMs = Math.ceil((stage.clock.nowUs() - latestUs(fault, stage)) / 1000);
  if (lateMs <= 0) return;
  throw new DfsError(
    "fault",
    `Cannot go on with ${formatFault(fault)} as the load is over too soon for it to be judged: ` +
      `it would have to be ${formatDuration(lateMs)} longer`,
  );
}
