import { formatDuration } from "../base/duration.ts";
import { limits } from "../base/limits.ts";
import { noFooter } from "./criterion.ts";
import {
  type Facts,
  type Figure,
  figure,
  less,
  more,
  type RunFigures,
  rate,
  span,
  type Unknown,
} from "./figure-kinds.ts";
import type { LatencyQuantiles } from "./latency-quantiles.ts";
import { messageFigureCatalog } from "./message-catalog.ts";
import type { ExecutionFigures, OutageFigures } from "./run-report.ts";
import { streamFigureCatalog } from "./stream-catalog.ts";

const nothingScheduled = "no request was scheduled";

/** Without a footer, more may have been scheduled, and lost, than the records show. */
function withoutFooter({ requests }: RunFigures): string | undefined {
  return requests.scheduledIsExact ? undefined : noFooter;
}

/** With `--verify status` nobody looked at the answers. */
function unchecked(run: RunFigures): string | undefined {
  return run.run.config["verify"] === "status"
    ? "the answers were not checked"
    : withoutFooter(run);
}

function ofRequests(
  name: string,
  facts: Facts,
  read: (requests: RunFigures["requests"]) => number | null,
): Figure {
  const isNothing = ({ scheduled }: RunFigures["requests"]) => scheduled === 0;
  return figure(
    name,
    { doubt: withoutFooter, ...facts },
    ({ requests }) => (isNothing(requests) ? null : read(requests)),
    nothingScheduled,
  );
}

const requestFigures: readonly Figure[] = [
  ofRequests(
    "success",
    { unit: "share", better: "more", meaning: "ok / scheduled" },
    ({ successShare }) => successShare,
  ),
  ofRequests("scheduled", more("requests that the schedule wanted"), (each) => each.scheduled),
  ofRequests("ok", more("requests answered in time with the right answer"), (each) => each.ok),
  ofRequests("lost", less("scheduled, did not end ok"), (each) => each.lost),
  ofRequests(
    "wrong",
    { ...less("answered, not the right answer"), doubt: unchecked },
    (each) => each.wrong,
  ),
  ofRequests("failed", less("unexpected status, or not executed in time"), (each) => each.failed),
  ofRequests(
    "indeterminate",
    less("may have been executed, no answer"),
    (each) => each.indeterminate,
  ),
  ofRequests("unaccounted", less("without an outcome in the ledger"), (each) => each.unaccounted),
  ofRequests("not_sent", less("never left, as too many were in flight"), (each) => each.notSent),
  ofRequests("retried", less("took more than one attempt"), (each) => each.retried),
  figure(
    "held",
    { unit: "duration", better: "more", meaning: "how long requests were scheduled" },
    (run) => run.duration.heldMs,
  ),
  figure(
    "rate",
    rate("requests sent a second"),
    ({ duration }) => duration.sentPerSecond,
    "no time was held",
  ),
  figure(
    "ok_rate",
    rate("requests ended ok a second"),
    (run) => run.duration.okPerSecond,
    "no time was held",
  ),
  figure(
    "throughput_min",
    rate("fewest ok in a whole local second: the first and the last do not count"),
    fewestInWholeSecond,
    "the run has no whole second",
  ),
  figure("throughput_mean", rate("ok in a local second"), (run) => run.throughput.okPerSecondMean),
  figure(
    "throughput_max",
    rate("most ok in a local second"),
    (run) => run.throughput.okPerSecondMax,
  ),
];

function fewestInWholeSecond({ throughput }: RunFigures): number | null {
  const whole = throughput.seconds.slice(1, -1);
  if (throughput.emptySecondCount > 0) return 0;
  return whole.length === 0 ? null : Math.min(...whole.map(({ ok }) => ok));
}

const quantiles = [
  ["p50", "p50Ms"],
  ["p95", "p95Ms"],
  ["p99", "p99Ms"],
  ["p99.9", "p999Ms"],
  ["max", "maxMs"],
  ["mean", "meanMs"],
] as const;

function latencyOf(
  nameOf: (quantile: string) => string,
  whose: string,
  read: (latency: RunFigures["latency"]) => LatencyQuantiles | null,
  why?: string,
): readonly Figure[] {
  return quantiles.map(([quantile, key]) =>
    figure(
      nameOf(quantile),
      span(`latency${whose}, ${quantile === "max" ? "the worst" : quantile}`),
      ({ latency }) => read(latency)?.[key] ?? null,
      why,
    ),
  );
}

const slow = formatDuration(limits.slowMs);
const late = formatDuration(limits.lagLateMs);

const latencyFigures: readonly Figure[] = [
  ...latencyOf(
    (quantile) => quantile,
    " of ok requests",
    ({ ok }) => ok,
  ),
  ...latencyOf(
    (quantile) => `${quantile}_with_lost`,
    " with each lost request at its deadline",
    ({ withLostAtDeadline }) => withLostAtDeadline,
    "the deadline is not known, or nothing was scheduled",
  ),
  ...latencyOf(
    (quantile) => `healthy_${quantile}`,
    " of ok requests that nothing affected",
    ({ healthy }) => healthy,
  ),
  ...latencyOf(
    (quantile) => `affected_${quantile}`,
    " of ok requests that an outage affected",
    ({ affected }) => affected,
    "no affected request ended ok",
  ),
  figure("slow", less(`took over ${slow}, or lost`), ({ latency }) => latency.slowCount),
  figure("lag_p99", span("sent - scheduled, p99"), ({ lag }) => lag.p99Ms, nothingScheduled),
  figure("lag_max", span("sent - scheduled, the worst"), ({ lag }) => lag.maxMs, nothingScheduled),
  figure("late", less(`sent over ${late} after they were due`), ({ lag }) => lag.lateCount),
];

const attemptFigures: readonly Figure[] = [
  figure("attempts", less("tries of a request on one replica each"), (run) => run.attempts.total),
  figure(
    "attempts_failed",
    less("attempts that failed or were abandoned"),
    (run) => run.attempts.failed,
  ),
  figure("attempts_late", less("attempts answered too late"), (run) => run.attempts.late),
  figure(
    "attempts_per_request",
    { unit: "ratio", better: "less", meaning: "attempts of the requests that ended, to each" },
    ({ attempts, requests: { ok, wrong, failed, indeterminate } }) => {
      const ended = ok + wrong + failed + indeterminate;
      return ended === 0 ? null : attempts.total / ended;
    },
    "no request ended",
  ),
  figure("refused", less("hedges that the budget refused"), (run) => run.attempts.hedgesRefused),
];

/** The worst over the outages; `whyNone` when none of them has such a span. */
function worstSpan(
  outages: readonly OutageFigures[],
  read: (outage: OutageFigures) => number | null | Unknown,
  whyNone: string,
): number | Unknown {
  let worst: number | undefined;
  for (const outage of outages) {
    const value = read(outage);
    if (value === null || typeof value === "object") {
      return value ?? { unknown: `not known of the ${outage.cause} of ${outage.endpoint}` };
    }
    worst = Math.max(worst ?? 0, value);
  }
  return worst ?? { unknown: whyNone };
}

const noOutage = "the run saw no outage";

const outageFigures: readonly Figure[] = [
  figure(
    "recovery",
    span("of affected requests, from the first failed attempt to ok: the worst; 0 if none was"),
    ({ recovery: { affectedCount, recoveredCount, worstMs } }) =>
      recoveredCount < affectedCount ? Number.POSITIVE_INFINITY : (worstMs ?? 0),
  ),
  figure(
    "recovery_p50",
    span("the same, p50 of those that ended ok"),
    ({ recovery }) => (recovery.affectedCount === 0 ? 0 : recovery.p50Ms),
    "no affected request ended ok",
  ),
  figure("affected", less("requests that an outage affected"), (run) => run.recovery.affectedCount),
  figure("outages", less("of any replica"), (run) => run.outages.length),
  figure(
    "unnoticed",
    less("faults that the client had no sign of"),
    (run) => run.outages.filter(({ noticed }) => !noticed).length,
  ),
  figure(
    "unended",
    less("outages that were not over when the run ended"),
    (run) => run.outages.filter(({ endUs }) => endUs === null).length,
  ),
  figure(
    "detection",
    span("from a fault to the client's first sign of it: the worst"),
    ({ outages }) =>
      worstSpan(
        outages.filter(({ beginFrom }) => beginFrom === "fault"),
        ({ noticed, detectionMs }) => (noticed ? detectionMs : Number.POSITIVE_INFINITY),
        "no fault ledger tells of an outage",
      ),
  ),
  figure(
    "failover",
    span("from an outage's begin to the first affected request answered elsewhere: the worst"),
    ({ outages }) =>
      worstSpan(
        outages,
        ({ affectedCount, failoverMs }) => (affectedCount === 0 ? 0 : failoverMs),
        noOutage,
      ),
  ),
  figure(
    "rejoin",
    span("from an outage's begin to the replica's own first answer: the worst"),
    ({ outages }) =>
      worstSpan(outages, ({ rejoinMs }) => rejoinMs ?? Number.POSITIVE_INFINITY, noOutage),
  ),
  figure("restarts", less("replicas started during the run"), (run) => run.restarts.length),
];

/** Figures of the server ledgers are worth what these hold. */
function ofExecutions(name: string, facts: Facts, key: keyof ExecutionFigures): Figure {
  const doubt = ({ executions }: RunFigures) =>
    executions.lowerBounds.includes(key) || executions.upperBounds.includes(key)
      ? executions.incomplete.join("; ")
      : undefined;
  return figure(
    name,
    { doubt, ...facts },
    ({ executions }) => {
      const value = executions[key];
      return typeof value === "number" ? value : null;
    },
    "a server ledger is missing",
  );
}

const executionFigures: readonly Figure[] = [
  ofExecutions("executed", more("executions of the run's requests"), "total"),
  ofExecutions("duplicates", less("requests executed more than once"), "duplicateRequestCount"),
  ofExecutions("repeated", less("executions beyond each request's first"), "repeatedCount"),
  ofExecutions("overtaken", less("executions after their request had ended ok"), "overtakenCount"),
  ofExecutions(
    "executed_given_up",
    less("executions after the client had given up"),
    "afterGivenUpCount",
  ),
  ofExecutions("ok_not_executed", less("ended ok without an execution"), "okNotExecutedCount"),
  ofExecutions("refusals", less("requests that a replica refused to execute"), "refused"),
];

/** Every figure that a criterion may be about. */
export const figureCatalog: readonly Figure[] = [
  ...requestFigures,
  ...latencyFigures,
  ...attemptFigures,
  ...outageFigures,
  ...executionFigures,
  ...messageFigureCatalog,
  ...streamFigureCatalog,
];
