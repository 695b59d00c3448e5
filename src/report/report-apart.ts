import { type Consistency, consistencyOf } from "./consistency.ts";
import { executionFindings } from "./executions.ts";
import type { LedgerCollector } from "./ledger-collector.ts";
import { outageFigures } from "./outage-figures.ts";
import { affectedRequests } from "./recovery.ts";
import { restartsOfRun } from "./restarts.ts";
import type { RunData } from "./run-data.ts";
import { faultsOfRun } from "./run-faults.ts";
import type {
  ClockOffset,
  ExecutionFigures,
  OutageFigures,
  RestartFact,
  ServerLedgerFigures,
} from "./run-report.ts";

/**
 * What relates a run's instants to those of faults and servers: found for each run by the clock of
 * its own host, and only then put together.
 */
export interface ReportApart {
  readonly outages: readonly OutageFigures[];
  readonly executions: ExecutionFigures;
  /** Executions by client endpoint, or by the server's own name. */
  readonly byEndpoint: ReadonlyMap<string, number>;
  readonly restarts: readonly RestartFact[];
  readonly clocks: readonly ClockOffset[];
  readonly consistency: Consistency;
  readonly remarks: readonly string[];
}

export function reportApart(ledger: LedgerCollector, data: RunData): ReportApart {
  const faults = faultsOfRun(ledger, data);
  const restarts = restartsOfRun(ledger, data);
  const { figures, byEndpoint, clocks } = executionFindings(ledger, data);
  const outages = outageFigures(data, faults.faults, affectedRequests(data));
  const consistency = consistencyOf(ledger, data, figures);
  return {
    outages: outages.outages,
    executions: figures,
    byEndpoint,
    restarts: restarts.restarts,
    clocks,
    consistency,
    remarks: [...faults.remarks, ...restarts.remarks, ...outages.remarks, ...consistency.remarks],
  };
}

/** The findings of several runs as those of one; of a single run they stay as they are. */
export function combined(parts: readonly ReportApart[]): ReportApart {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const byEndpoint = new Map<string, number>();
  for (const [endpoint, count] of parts.flatMap((part) => [...part.byEndpoint])) {
    byEndpoint.set(endpoint, (byEndpoint.get(endpoint) ?? 0) + count);
  }
  return {
    outages: parts.flatMap(({ outages }) => outages),
    executions: combinedExecutions(parts.map(({ executions }) => executions)),
    byEndpoint,
    restarts: distinct(parts.flatMap(({ restarts }) => restarts)),
    clocks: parts.flatMap(({ clocks }) => clocks),
    consistency: {
      contradictions: distinct(parts.flatMap(({ consistency }) => consistency.contradictions)),
      undecided: distinct(parts.flatMap(({ consistency }) => consistency.undecided)),
      unfinishedServerCount: Math.max(
        ...parts.map(({ consistency }) => consistency.unfinishedServerCount),
      ),
      remarks: [],
    },
    remarks: distinct(parts.flatMap(({ remarks }) => remarks)),
  };
}

/** Ids differ between runs, so what each counts of its own requests adds up. */
function combinedExecutions(parts: readonly ExecutionFigures[]): ExecutionFigures {
  const sum = (read: (part: ExecutionFigures) => number) =>
    parts.reduce((total, part) => total + read(part), 0);
  const every = <T>(read: (part: ExecutionFigures) => readonly T[]) =>
    distinct(parts.flatMap(read));
  const isKnown = parts.every(({ okNotExecutedCount }) => okNotExecutedCount !== null);
  return {
    total: sum(({ total }) => total),
    refused: sum(({ refused }) => refused),
    duplicateRequestCount: sum((part) => part.duplicateRequestCount),
    duplicates: every(({ duplicates }) => duplicates),
    okNotExecutedCount: isKnown ? sum((part) => part.okNotExecutedCount ?? 0) : null,
    afterGivenUpCount: sum((part) => part.afterGivenUpCount),
    afterGivenUp: every(({ afterGivenUp }) => afterGivenUp),
    afterGivenUpUnknownCount: sum((part) => part.afterGivenUpUnknownCount),
    overtakenCount: sum(({ overtakenCount }) => overtakenCount),
    repeatedCount: sum(({ repeatedCount }) => repeatedCount),
    executedWithoutOutcomeCount: sum((part) => part.executedWithoutOutcomeCount),
    missingServerLedgers: every(({ missingServerLedgers }) => missingServerLedgers),
    serverLedgers: combinedServerLedgers(parts.flatMap(({ serverLedgers }) => serverLedgers)),
    incomplete: every(({ incomplete }) => incomplete),
    lowerBounds: every(({ lowerBounds }) => lowerBounds),
    upperBounds: every(({ upperBounds }) => upperBounds),
  };
}

/** One life of a server stands once, with its executions of every run. */
function combinedServerLedgers(
  all: readonly ServerLedgerFigures[],
): readonly ServerLedgerFigures[] {
  const byLife = new Map<string, ServerLedgerFigures>();
  for (const each of all) {
    const key = `${each.pid} ${each.endpoint} ${each.path}`;
    const executions = (byLife.get(key)?.executions ?? 0) + each.executions;
    byLife.set(key, { ...each, executions });
  }
  return [...byLife.values()];
}

/** In order of first appearance; values are compared as they would be written. */
function distinct<T>(values: readonly T[]): readonly T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
