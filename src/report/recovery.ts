import { limits } from "../base/limits.ts";
import { percentile } from "./percentile.ts";
import { toMs } from "./request-figures.ts";
import type { RunData } from "./run-data.ts";
import type { RecoveryFigures } from "./run-report.ts";

/** A request of which an attempt failed, or that had to wait, before it ended ok, if it did. */
export interface AffectedRequest {
  /** When its first failed attempt was known to have failed, or it began to wait. */
  readonly firstFailedUs: number;
  /**
   * When it ended ok, and on which replica (an index of RunData.endpoints); undefined when it did
   * not.
   */
  readonly ok: { readonly tUs: number; readonly endpoint: number } | undefined;
}

/**
 * Affected requests by number. An attempt that failed after its request was answered affects
 * nobody.
 */
export function affectedRequests(data: RunData): ReadonlyMap<number, AffectedRequest> {
  const { attempts, ok } = data;
  const affected = new Map<number, AffectedRequest>();
  for (let row = 0; row < attempts.number.length; row++) {
    if (attempts.late.at(row) === 1) continue;
    const number = attempts.number.at(row);
    const tUs = attempts.tUs.at(row);
    const known = affected.get(number);
    if (known === undefined || tUs < known.firstFailedUs) {
      affected.set(number, { firstFailedUs: tUs, ok: undefined });
    }
  }
  for (let row = 0; row < ok.number.length; row++) {
    const number = ok.number.at(row);
    const request = affected.get(number) ?? waited(data, row);
    if (request === undefined) continue;
    const tUs = ok.tUs.at(row);
    if (request.firstFailedUs > tUs) affected.delete(number);
    else affected.set(number, { ...request, ok: { tUs, endpoint: ok.endpoint.at(row) } });
  }
  return affected;
}

/**
 * With every replica out a request makes no attempt that could fail: it waits until one is back.
 * What of its latency is neither lag nor the answering attempt's own time, it spent so.
 */
function waited({ ok }: RunData, row: number): AffectedRequest | undefined {
  const sinceSentUs = ok.latencyUs.at(row) - ok.lagUs.at(row);
  if (sinceSentUs - ok.serviceUs.at(row) <= limits.slowMs * 1000) return undefined;
  return { firstFailedUs: ok.tUs.at(row) - sinceSentUs, ok: undefined };
}

/** From the first failed attempt of each affected request to its own ok. */
export function recoveryFigures(
  affected: Iterable<AffectedRequest>,
  affectedCount: number,
): RecoveryFigures {
  const spansUs: number[] = [];
  for (const { firstFailedUs, ok } of affected) {
    if (ok !== undefined) spansUs.push(ok.tUs - firstFailedUs);
  }
  const sorted = new Float64Array(spansUs).sort();
  return {
    affectedCount,
    recoveredCount: sorted.length,
    p50Ms: toMs(percentile(sorted, 0.5)),
    worstMs: toMs(percentile(sorted, 1)),
  };
}
