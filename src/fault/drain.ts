import { waitUntil } from "../base/clock.ts";
import { formatDuration } from "../base/duration.ts";
import { DfsError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { awaitBlow, type Plan, takeAim, warn } from "./aim.ts";
import { faultRecord } from "./fault-record.ts";
import type { FaultOptions, FaultRequest, FaultResult } from "./fault-request.ts";
import { assertEffective, assertKnown } from "./kill.ts";
import { formatProcess } from "./process-facts.ts";
import { allSettled, assertLives } from "./prove.ts";
import type { System } from "./system.ts";
import type { Target } from "./target.ts";

export interface DrainRequest extends FaultRequest {
  /** From SIGTERM to the end of the process. */
  readonly withinMs: number;
}

/**
 * Asks the process that listens on the port to end (SIGTERM) and watches how it does. Resolves when
 * it is seen gone; it is never killed. Rejects with a `fault` error when there is no target, it may
 * not be asked, or it has not ended within `withinMs`.
 */
export async function injectDrain(
  request: DrainRequest,
  options: FaultOptions,
): Promise<FaultResult> {
  const plan: Plan = { ...options, fault: "drain", request };
  const aim = await takeAim(plan);
  assertKnown(aim.system, "SIGTERM");
  for (const target of aim.targets) assertEffective(aim.system, target, "SIGTERM");
  const targets = await awaitBlow(plan, aim);
  if (targets === undefined) return { outcome: "interrupted", targets: [] };
  for (const target of targets) assertEffective(aim.system, target, "SIGTERM");
  const drains = targets.map((target) =>
    drainTarget(plan, aim.system, { target, withinMs: request.withinMs }),
  );
  const haveEnded = await allSettled(drains);
  return { outcome: haveEnded.includes(false) ? "interrupted" : "done", targets };
}

interface Drain {
  readonly target: Target;
  readonly withinMs: number;
}

/** False: the signal came before the process ended. */
async function drainTarget(plan: Plan, system: System, drain: Drain): Promise<boolean> {
  const { target, withinMs } = drain;
  const { clock, notify, signal, request, ledger, run } = plan;
  const { process } = target;
  const about = { fault: "drain", port: request.port, target } as const;
  const record = { run, port: request.port, process };
  await assertLives(system, target);
  const askedUs = clock.nowUs();
  system.kill(process, "SIGTERM");
  notify({ kind: "asked", ...about, tUs: askedUs, withinMs });

  let closedUs: number | undefined;
  let goneUs: number | undefined;
  const look = async () => {
    const isClosed = closedUs !== undefined || !(await system.listensOn(process, request.port));
    const tUs = clock.nowUs();
    // Looked at afterwards: a process that dies in between has not closed its port before its end.
    if ((await system.glance(process)) === "gone") goneUs = clock.nowUs();
    else if (isClosed && closedUs === undefined) {
      closedUs = tUs;
      ledger.append(faultRecord("drain", { phase: "begin", tUs, ...record }));
      notify({ kind: "port-closed", ...about, tUs, closedAfterMs: (tUs - askedUs) / 1000 });
    }
    return goneUs !== undefined || signal.aborted;
  };
  const everyMs = Math.max(system.pollEveryMs, limits.drainPollMs);
  await waitUntil(clock, look, { withinMs, everyMs });
  if (goneUs === undefined) {
    if (!signal.aborted) throw stillThere(drain, closedUs, askedUs);
    const message = `${formatProcess(process)} was asked to end and will; nobody waits for it`;
    warn(plan, "not-awaited", message);
    return false;
  }
  if (closedUs === undefined) {
    ledger.append(faultRecord("drain", { phase: "begin", tUs: goneUs, ...record }));
  }
  ledger.append(faultRecord("drain", { phase: "end", tUs: goneUs, ...record }));
  const closedAfterMs = closedUs === undefined ? undefined : (closedUs - askedUs) / 1000;
  const endedAfterMs = (goneUs - askedUs) / 1000;
  notify({ kind: "drained", ...about, tUs: goneUs, endedAfterMs, closedAfterMs });
  return true;
}

function stillThere(
  { target: { process }, withinMs }: Drain,
  closedUs: number | undefined,
  askedUs: number,
): DfsError {
  const port =
    closedUs === undefined
      ? "its port is still open"
      : `its port closed after ${formatDuration(Math.round((closedUs - askedUs) / 1000))}`;
  return new DfsError(
    "fault",
    `Cannot prove that ${formatProcess(process)} drained: it has not ended ` +
      `${formatDuration(withinMs)} after SIGTERM, ${port}; it is left alone: give it longer with ` +
      "--within, or end it with dfs fault crash",
  );
}
