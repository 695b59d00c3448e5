import { compareText } from "./ledger-collector.ts";
import { percentile } from "./percentile.ts";
import { replicaEndpoints } from "./replica-endpoints.ts";
import { toMs } from "./request-figures.ts";
import { type RunData, unsuccessfulOutcomes } from "./run-data.ts";
import type { AttemptFigures, ErrorCount, ReplicaFigures, StateChange } from "./run-report.ts";
import type { WarmUp } from "./warm-up.ts";

/** What each replica answered, and how; `executions` are counted by its client endpoint. */
export function replicaFigures(
  data: RunData,
  executions: ReadonlyMap<string, number>,
  warmUp: WarmUp,
): readonly ReplicaFigures[] {
  const okCounts = okCountsOf(data);
  const serviceUs = serviceTimes(data, okCounts, warmUp);
  const wrong = wrongAnswers(data);
  const errors = errorsByEndpoint(data);
  const states = statesByEndpoint(data);
  return replicaEndpoints(data).map((endpoint) => {
    const sorted = serviceUs.get(endpoint) ?? new Float64Array();
    const errorCounts = countsOf(errors.get(endpoint) ?? new Map());
    return {
      endpoint,
      ok: okCounts[data.endpoints.all.indexOf(endpoint)] ?? 0,
      wrong: wrong.get(endpoint) ?? 0,
      failedAttempts: sum(errorCounts),
      errors: errorCounts,
      serviceP50Ms: toMs(percentile(sorted, 0.5)),
      serviceP99Ms: toMs(percentile(sorted, 0.99)),
      executions: executions.get(endpoint) ?? null,
      states: [...(states.get(endpoint) ?? [])]
        .sort(([a], [b]) => compareText(a, b))
        .map(([state, count]) => ({ state, count })),
    };
  });
}

export function attemptFigures(data: RunData): AttemptFigures {
  const byError = new Map<string, number>();
  for (const errors of errorsByEndpoint(data).values()) {
    for (const [error, count] of errors) byError.set(error, (byError.get(error) ?? 0) + count);
  }
  const errors = countsOf(byError);
  let total = 0;
  for (let row = 0; row < data.ok.number.length; row++) total += data.ok.attempts.at(row);
  const { attempts } = data.unsuccessful;
  for (let row = 0; row < attempts.length; row++) total += attempts.at(row);
  const failed = sum(errors);
  return {
    total,
    failed,
    late: data.attempts.number.length - failed,
    errors,
    hedgesRefused: data.ticks.hedgesRefused,
  };
}

export function stateChanges(data: RunData): readonly StateChange[] {
  return data.states
    .map(({ tUs, endpoint, state, cause }) => ({ tUs, endpoint, state, cause }))
    .sort((a, b) => a.tUs - b.tUs || compareText(a.endpoint, b.endpoint));
}

/** Requests that ended ok on each, as data.endpoints counts them. */
function okCountsOf({ ok, endpoints }: RunData): Uint32Array {
  const counts = new Uint32Array(endpoints.all.length);
  for (let row = 0; row < ok.number.length; row++) {
    const index = ok.endpoint.at(row);
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts;
}

/** Sorted times of the answering attempts that count, by endpoint. */
function serviceTimes(
  data: RunData,
  counts: Uint32Array,
  warmUp: WarmUp,
): ReadonlyMap<string, Float64Array> {
  const { ok, endpoints } = data;
  const times = Array.from(counts, (count) => new Float64Array(count));
  const filled = new Uint32Array(counts.length);
  for (let row = 0; row < ok.number.length; row++) {
    if (warmUp.has(ok.number.at(row))) continue;
    const index = ok.endpoint.at(row);
    const at = filled[index] ?? 0;
    const column = times[index];
    if (column !== undefined) column[at] = ok.serviceUs.at(row);
    filled[index] = at + 1;
  }
  return new Map(
    times.map((column, index) => [
      endpoints.nameOf(index),
      column.subarray(0, filled[index]).sort(),
    ]),
  );
}

function wrongAnswers(data: RunData): ReadonlyMap<string, number> {
  const wrong = new Map<string, number>();
  for (let row = 0; row < data.unsuccessful.number.length; row++) {
    if (unsuccessfulOutcomes[data.unsuccessful.outcome.at(row)] !== "wrong") continue;
    const endpoint = data.endpoints.nameOf(data.unsuccessful.endpoint.at(row));
    wrong.set(endpoint, (wrong.get(endpoint) ?? 0) + 1);
  }
  return wrong;
}

/** Failed and abandoned attempts; late answers are no errors. */
function errorsByEndpoint(data: RunData): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const { attempts, endpoints, errors } = data;
  const byEndpoint = new Map<string, Map<string, number>>();
  for (let row = 0; row < attempts.number.length; row++) {
    if (attempts.late.at(row) === 1) continue;
    const endpoint = endpoints.nameOf(attempts.endpoint.at(row));
    const error = errors.nameOf(attempts.error.at(row));
    const counts = byEndpoint.get(endpoint) ?? new Map<string, number>();
    byEndpoint.set(endpoint, counts);
    counts.set(error, (counts.get(error) ?? 0) + 1);
  }
  return byEndpoint;
}

function statesByEndpoint(data: RunData): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const byEndpoint = new Map<string, Map<string, number>>();
  for (const { endpoint, state } of data.states) {
    const counts = byEndpoint.get(endpoint) ?? new Map<string, number>();
    byEndpoint.set(endpoint, counts);
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return byEndpoint;
}

/** The most frequent first. */
function countsOf(counts: ReadonlyMap<string, number>): readonly ErrorCount[] {
  return [...counts]
    .map(([error, count]) => ({ error, count }))
    .sort((a, b) => b.count - a.count || compareText(a.error, b.error));
}

function sum(counts: readonly ErrorCount[]): number {
  return counts.reduce((total, { count }) => total + count, 0);
}
