import { formatDuration } from "../base/duration.ts";
import { limits } from "../base/limits.ts";

/** The blocks of the report that have figures to define. */
export type Section =
  | "requests"
  | "throughput"
  | "latency"
  | "replicas"
  | "streams"
  | "outages"
  | "audit";

/** What a figure means, as headings, --explain and every other reader are told it. */
export interface Definition {
  readonly section: Section;
  readonly figure: string;
  readonly definition: string;
}

const settle = formatDuration(limits.outageSettleMs);
const slow = formatDuration(limits.slowMs);
const windowMin = formatDuration(limits.outageWindowMinMs);
const rateMin = formatDuration(limits.outageRateMinMs);

const bySection: Readonly<Record<Section, Readonly<Record<string, string>>>> = {
  requests: {
    scheduled: "requests that the schedule wanted, as the load's footer or its ticks count them",
    ok: "answered before its deadline, with the right answer",
    wrong: "answered, not the right answer",
    failed: "answered with an unexpected status, or provably not executed in time",
    "not sent": "of the failed: never left, as too many were in flight",
    indeterminate: "may have been executed, no answer",
    "no outcome":
      "unaccounted: scheduled - ok - wrong - failed - indeterminate; the ledger does not say",
    lost: "scheduled, did not end ok",
    "success rate": "ok / scheduled",
    attempts: "tries of a request on one replica each; failed or abandoned, or answered late",
    held: "how long requests were scheduled",
  },
  throughput: { throughput: "ok in each local second" },
  latency: {
    latency: "finished - scheduled",
    p50: "p50, p95, p99: the value at index floor(n x p) of the sorted values",
    "with lost at deadline": "the same with every lost request counted as its deadline",
    affected: `ok, but an attempt failed first, or it waited over ${slow} for an attempt to answer`,
    healthy: "ok, and not affected",
    "first message":
      "of answers that are streams: sending of the answering attempt to its first message",
    lag: "sent - scheduled: the load generator's own lateness, part of latency",
  },
  replicas: {
    "service time": "one attempt, sent to answer",
    executed: "executions in its server ledgers, of this run's requests",
    "states seen": "how often the client held it for healthy, suspect, down or probing",
  },
  streams: {
    stream: "one answer of many messages, continued on another replica wherever it breaks",
    "ok stream":
      "complete, each vertex exactly once and in order, totals and checksums as they must be",
    "stopped stream": "ended by the load when it was over, right as far as it came: not lost",
    "wrong stream": "a message was not what must follow, or the order is not the right one",
    "failed stream":
      "a status that no other replica would mend, or it stood still when the load was over and " +
      "did not go on",
    "lost stream": "neither ok nor stopped: wrong, failed, or without an outcome",
    vertices: "taken, each once; the rate beside them is of one stream while it ran",
    gap:
      "a stream stood still and went on with another attempt: last message before to first " +
      "message after; time during which its reader had paused it does not count",
    "cause of a gap": "how the attempt before the gap ended; DEADLINE_EXCEEDED stands for silence",
  },
  outages: {
    recovery: "of a request: its first failed attempt to its own ok; of an outage: the worst",
    outage:
      "from the instant a fault's effect was observed, else the first failed attempt on the " +
      `replica, until the replica answers and shows no further trouble for ${settle}: no failed ` +
      "attempt, not held for suspect or down",
    cause: "the fault, as its ledger names it; unknown: seen by the client alone",
    flaps: "how often it answered, and failed again before the outage was over",
    detection: "outage begin to the client's first sign of it; not known without a fault ledger",
    failover: "outage begin to the first affected request answered elsewhere",
    rejoin: "outage begin to the replica's own first answer to what was sent since",
    "at once": "seen by the client before the fault tool had its proof, up to 1 s",
    affected:
      "requests of which an attempt on the replica failed through the outage, and those that " +
      `waited over ${slow} while it was on`,
    healthy: "requests that ended ok during the outage and that nothing affected",
    "before, during, after":
      `by when requests ended ok. During: the outage. Before and after: as long, at least ` +
      `${windowMin}, but without the time before the first request was due, after the last was, ` +
      `and of other outages. No rate (-) over less than ${rateMin}`,
    "repeated faults": "outages of one cause together; spans that are not known are left out",
  },
  audit: {
    execution: "a server ledger's record of a request; refusals (such as UNAVAILABLE) are none",
    "executed more than once": "requests with several executions, by attempts that overlapped",
    "ok without an execution": "ended ok though no server ledger holds an execution",
    "after given up":
      "recorded after the request had ended failed or indeterminate, whatever the clocks' error; " +
      "unclear: the clocks' error leaves it open",
    overtaken: "recorded after the request had ended ok, as another attempt was quicker",
    "without an outcome":
      "executed requests of which the client ledger does not say how they ended",
    "lower bound": "the figure may be higher, as server ledgers do not hold every execution",
    "upper bound": "the figure may be lower, as server ledgers have lost lines",
    "clock error":
      "server clock minus client clock, bounded by cause and effect: sent, executed, answered",
  },
};

/** Every definition, in the order of the report's blocks. */
export const definitions: readonly Definition[] = Object.entries(bySection).flatMap(
  ([section, figures]) =>
    Object.entries(figures).map(([figure, definition]) => ({
      ...{ section: section as Section, figure, definition },
    })),
);

/** The definition of a figure of `section`, which must exist. */
export function definitionOf(section: Section, figure: string): string {
  const definition = bySection[section][figure];
  if (definition === undefined) throw new Error(`No definition of ${figure} in ${section}`);
  return definition;
}
