import { type Clock, sleep } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { RequestFlow } from "./request-flow.ts";

export interface ClosedLoopBounds {
  readonly durationUs: number;
  /** Infinite: the duration alone ends it. */
  readonly totalCount: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * `concurrency` requests are always open: as one ends, the next leaves. Nothing is ever late, as
 * nothing is scheduled: a request that waits for a slow replica holds up those that users would
 * have made meanwhile. Resolves to how many microseconds the load was on.
 */
export async function closedLoop(
  flow: RequestFlow,
  concurrency: number,
  { durationUs, totalCount, clock, signal }: ClosedLoopBounds,
): Promise<number> {
  const over = new AbortController();
  const wake = AbortSignal.any([signal, over.signal]);
  let heldUs: number | undefined;
  let isFilling = false;
  const fill = () => {
    // A request that ends while it is being sent leaves its place to the loop that sends.
    if (isFilling) return;
    isFilling = true;
    for (let sent = 0; sent < limits.launchBatchMaxCount; sent++) {
      const { elapsedUs, nextNumber } = flow;
      if (nextNumber > totalCount || elapsedUs >= durationUs || signal.aborted) break;
      if (elapsedUs >= flow.nextTickUs) flow.tick();
      else if (flow.inFlight < concurrency) flow.launch("now");
      else break;
    }
    isFilling = false;
    if (flow.nextNumber <= totalCount || heldUs !== undefined) return;
    heldUs = flow.elapsedUs;
    over.abort();
  };
  flow.onEnded = fill;
  for (fill(); !wake.aborted && flow.elapsedUs < durationUs; fill()) {
    await sleep(clock, flow.msUntil(nextWakeUs(flow, concurrency, durationUs)), wake);
  }
  return heldUs ?? Math.min(flow.elapsedUs, durationUs);
}

/** At once while there is room: the batch was full. */
function nextWakeUs(flow: RequestFlow, concurrency: number, durationUs: number): number {
  if (flow.inFlight < concurrency) return 0;
  return Math.min(flow.nextTickUs, durationUs);
}
