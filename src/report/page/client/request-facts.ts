import { outcomes } from "../page-shape.ts";
import type { Run } from "./read-page.ts";
import { requestId } from "./request-number.ts";
import { sinceText, spanText, timeOfDay } from "./units.ts";

export interface AttemptFacts {
  readonly replica: string;
  readonly result: string;
  readonly took: string;
  readonly ended: string;
}

/** What is known of one request, as names and texts, in the order in which it happened. */
export interface RequestFacts {
  readonly title: string;
  readonly facts: readonly (readonly [name: string, text: string])[];
  /** Those that failed, were abandoned or answered late. */
  readonly attempts: readonly AttemptFacts[];
  /** Where it lies on the axis: from when it was scheduled until it or its last attempt ended. */
  readonly fromUs: number;
  readonly toUs: number;
}

/** Undefined when the ledger knows nothing of a request with this number. */
export function requestFacts({ facts, requests, attempts }: Run, number: number) {
  const local = facts.startUs + facts.utcOffsetMinutes * 60e6;
  const when = (us: number) => `${timeOfDay(local + us)} (${sinceText(us, 1000)})`;
  const endpointOf = (index: number | undefined) => facts.endpoints[index ?? -1] ?? "no replica";
  const ends = rowsOf(requests.number, number);
  const tries = rowsOf(attempts.number, number);
  if (ends.length + tries.length === 0) return undefined;
  const instants: number[] = [];
  const known = ends.flatMap((row): (readonly [string, string])[] => {
    const endedUs = requests.endedUs[row] ?? 0;
    const latencyUs = requests.latencyUs[row] ?? 0;
    instants.push(endedUs - latencyUs, endedUs);
    const outcome = outcomes[requests.outcome[row] ?? 0] ?? "";
    return [
      ["outcome", outcome],
      [outcome === "ok" ? "latency" : "given up after", spanText(latencyUs)],
      ["replica", endpointOf((requests.endpointPlus1[row] ?? 0) - 1)],
      ["attempts", String(requests.attempts[row] ?? 0)],
      ["scheduled", when(endedUs - latencyUs)],
      ["ended", when(endedUs)],
    ];
  });
  const tried = tries.map((row): AttemptFacts => {
    const endedUs = attempts.endedUs[row] ?? 0;
    const serviceUs = attempts.serviceUs[row] ?? 0;
    instants.push(endedUs - serviceUs, endedUs);
    const error = facts.errors[attempts.error[row] ?? 0] ?? "";
    return {
      replica: endpointOf(attempts.endpoint[row]),
      result: attempts.isLate[row] === 1 ? "answered late" : error,
      took: spanText(serviceUs),
      ended: when(endedUs),
    };
  });
  const result: RequestFacts = {
    title: `Request ${requestId(number, facts.runs)}`,
    facts: ends.length > 0 ? known : [["outcome", "none in the ledger"]],
    attempts: tried,
    fromUs: Math.min(...instants),
    toUs: Math.max(...instants),
  };
  return result;
}

function rowsOf(numbers: Float64Array, number: number): number[] {
  const rows: number[] = [];
  let row = numbers.indexOf(number);
  while (row >= 0) {
    rows.push(row);
    row = numbers.indexOf(number, row + 1);
  }
  return rows;
}
