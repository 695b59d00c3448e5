import { limits } from "../base/limits.ts";
import { percentile } from "./percentile.ts";
import { toMs } from "./request-figures.ts";
import { type RunData, type UnsuccessfulOutcome, unsuccessfulOutcomes } from "./run-data.ts";
import type { RecoveryFigures } from "./run-report.ts";

/** A request of which an attempt failed, or that had to wait, before it ended ok, if it did. */
export interface AffectedRequest {
  /** When its first failed attempt was known to have failed, or it began to wait. */
  readonly firstFailedUs: number;
  /**
   * Undefined when an attempt failed; else it waited until then, for a replica to be back or for a
   * hedge to answer.
   */
  readonly waitedUntilUs: number | undefined;
  /** How it ended ok, on an index of RunData.endpoints; undefined when it did not. */
  readonly ok:
    | { readonly tUs: number; readonly endpoint: number; readonly latencyUs: number }
    | undefined;
  /** How it ended otherwise; undefined when it ended ok, or the ledger does not say. */
  readonly outcome: UnsuccessfulOutcome | undefined;
}

/** By the numbers of the requests. */
export type AffectedRequests = ReadonlyMap<number, AffectedRequest>;

/**
 * Affected requests by number. An attempt that failed after its request was answered affects
 * nobody.
 */
export function affectedRequests(data: RunData): AffectedRequests {
  const { attempts, unsuccessful, ok } = data;
  const affected = new Map<number, AffectedRequest>();
  for (let row = 0; row < attempts.number.length; row++) {
    if (attempts.late.at(row) === 1) continue;
    const number = attempts.number.at(row);
    const tUs = attempts.tUs.at(row);
    const known = affected.get(number);
    if (known === undefined || tUs < known.firstFailedUs) {
      affected.set(number, { ...unended, firstFailedUs: tUs });
    }
  }
  for (let row = 0; row < unsuccessful.number.length; row++) {
    const number = unsuccessful.number.at(row);
    const sinceSentUs = unsuccessful.elapsedUs.at(row) - unsuccessful.lagUs.at(row);
    const outcome = unsuccessfulOutcomes[unsuccessful.outcome.at(row)];
    const known = affected.get(number);
    // One that was answered wrong did not wait in vain, however long the answer took.
    const request =
      known ?? (outcome === "wrong" ? undefined : waited(unsuccessful.tUs.at(row), sinceSentUs));
    if (request !== undefined) affected.set(number, { ...request, outcome });
  }
  for (let row = 0; row < ok.number.length; row++) {
    const number = ok.number.at(row);
    const tUs = ok.tUs.at(row);
    const sinceSentUs = ok.latencyUs.at(row) - ok.lagUs.at(row);
    const request = affected.get(number) ?? waited(tUs, sinceSentUs, ok.serviceUs.at(row));
    if (request === undefined) continue;
    const end = { tUs, endpoint: ok.endpoint.at(row), latencyUs: ok.latencyUs.at(row) };
    if (request.firstFailedUs > tUs) affected.delete(number);
    else affected.set(number, { ...request, ok: end, outcome: undefined });
  }
  return affected;
}

const unended = { waitedUntilUs: undefined, ok: undefined, outcome: undefined } as const;

/**
 * With every replica out a request makes no attempt that could fail: it waits until one is back.
 * What of its latency is neither lag nor the answering attempt's own time, it spent so.
 */
function waited(tUs: number, sinceSentUs: number, serviceUs = 0): AffectedRequest | undefined {
  if (sinceSentUs - serviceUs <= limits.slowMs * 1000) return undefined;
  return { ...unended, firstFailedUs: tUs - sinceSentUs, waitedUntilUs: tUs };
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
