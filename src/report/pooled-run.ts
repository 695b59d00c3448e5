import type { EndRecord, RunRecord } from "../ledger/record.ts";
import type { IndexColumn, NumberColumn } from "./column.ts";
import { compareText, type LedgerCollector } from "./ledger-collector.ts";
import { replicaEndpoints } from "./replica-endpoints.ts";
import { RunData } from "./run-data.ts";
import { endpointOrUndefined, isLoopback } from "./same-host.ts";

/**
 * The runs that are reported, the newest first, each alone or with those that belong to it: the
 * newest run of each client ledger, when it was on during at least half of the shorter one of it
 * and the newest of all. Load machines that were started together are one run; only the wall clock
 * tells, so a few seconds of difference must not matter.
 */
export function selectedRuns({
  runs,
  selection,
}: LedgerCollector): readonly (readonly RunData[])[] {
  if (selection !== "newest") return runs.map((data) => [data]);
  const [newest] = runs;
  if (newest === undefined) return [];
  if (newest.header === undefined) return [[newest]];
  return [runs.filter((data) => data === newest || belongTogether(data, newest))];
}

function belongTogether(a: RunData, b: RunData): boolean {
  if (a.header === undefined || b.header === undefined) return false;
  const sharedUs = Math.min(a.endUs, b.endUs) - Math.max(a.startUs, b.startUs);
  const shorterUs = Math.min(a.endUs - a.startUs, b.endUs - b.startUs);
  return sharedUs > 0 && sharedUs >= shorterUs / 2;
}

/**
 * The requests of several runs as those of one: numbers are shifted apart, spans stay what each
 * host measured. Instants stay too, and may be counted by the second but not subtracted.
 */
export function pooledRun(runs: readonly RunData[]): RunData {
  const [only] = runs;
  if (runs.length === 1 && only !== undefined) return only;
  const pooled = new RunData(runs.map(({ run }) => run).join("+"));
  pooled.header = pooledHeader(runs);
  pooled.end = pooledEnd(runs);
  pooled.hasClientRecords = true;
  const bases = numberBases(runs);
  for (const [index, data] of runs.entries()) {
    pooled.firstUs = Math.min(pooled.firstUs, data.startUs);
    pooled.lastUs = Math.max(pooled.lastUs, data.endUs);
    addRows(pooled, data, bases[index] ?? 0);
  }
  return pooled;
}

/** By run: how far its requests' numbers are shifted when they are pooled. */
export function numberBases(runs: readonly RunData[]): readonly number[] {
  let base = 0;
  return runs.map((data) => {
    const own = base;
    base += largestNumber(data);
    return own;
  });
}

function largestNumber({ ok, unsuccessful, attempts }: RunData): number {
  let largest = 0;
  for (const { number } of [ok, unsuccessful, attempts]) {
    for (const value of number.values) if (value > largest) largest = value;
  }
  return largest;
}

function addRows(pooled: RunData, data: RunData, base: number): void {
  const endpoint = renamed(data.endpoints.all, (name) => pooled.endpoints.indexOf(name));
  const error = renamed(data.errors.all, (name) => pooled.errors.indexOf(name));
  const shifted = (number: number) => number + base;
  const { ok, attempts, unsuccessful } = data;
  append(pooled.ok.number, ok.number, shifted);
  append(pooled.ok.tUs, ok.tUs);
  append(pooled.ok.latencyUs, ok.latencyUs);
  append(pooled.ok.lagUs, ok.lagUs);
  append(pooled.ok.serviceUs, ok.serviceUs);
  append(pooled.ok.endpoint, ok.endpoint, endpoint);
  append(pooled.ok.attempts, ok.attempts);
  append(pooled.attempts.number, attempts.number, shifted);
  append(pooled.attempts.tUs, attempts.tUs);
  append(pooled.attempts.serviceUs, attempts.serviceUs);
  append(pooled.attempts.endpoint, attempts.endpoint, endpoint);
  append(pooled.attempts.error, attempts.error, error);
  append(pooled.attempts.late, attempts.late);
  append(pooled.unsuccessful.number, unsuccessful.number, shifted);
  append(pooled.unsuccessful.tUs, unsuccessful.tUs);
  append(pooled.unsuccessful.elapsedUs, unsuccessful.elapsedUs);
  append(pooled.unsuccessful.lagUs, unsuccessful.lagUs);
  append(pooled.unsuccessful.outcome, unsuccessful.outcome);
  append(pooled.unsuccessful.endpoint, unsuccessful.endpoint, endpoint);
  append(pooled.unsuccessful.attempts, unsuccessful.attempts);
  pooled.streams.append(data.streams, pooled.streams.numberMax);
  pooled.states.push(...data.states);
  pooled.ticks.count += data.ticks.count;
  pooled.ticks.scheduled += data.ticks.scheduled;
  pooled.ticks.notSent += data.ticks.notSent;
  pooled.ticks.hedgesRefused += data.ticks.hedgesRefused;
  pooled.ticks.lagMaxUs = Math.max(pooled.ticks.lagMaxUs, data.ticks.lagMaxUs);
}

function renamed(names: readonly string[], indexOf: (name: string) => number) {
  const indexes = names.map(indexOf);
  return (index: number) => indexes[index] ?? 0;
}

function append<T extends NumberColumn | IndexColumn>(
  to: T,
  from: T,
  change: (value: number) => number = (value) => value,
): void {
  for (let row = 0; row < from.length; row++) to.push(change(from.at(row)));
}

/** What is asked of several load machines together. */
const summedKeys = ["rate_per_s", "concurrency", "total"];

/** What all are configured alike; rates add up, and the longest duration is the run's. */
function pooledHeader(runs: readonly RunData[]): RunRecord | undefined {
  const headers = runs.flatMap(({ header }) => header ?? []);
  const [first] = headers;
  if (first === undefined) return undefined;
  const config = Object.fromEntries(
    Object.entries(first.config).filter(([key, value]) =>
      headers.every((header) => header.config[key] === value),
    ),
  );
  const sums = summedKeys.flatMap((key) => {
    const each = runs.map((data) => data.configNumber(key));
    return each.includes(null) ? [] : [[key, String(sum(each))] as const];
  });
  const durations = runs.map((data) => data.configNumber("duration_s"));
  const endpoints = [...new Set(runs.flatMap(replicaEndpoints))].sort(compareText);
  return {
    ...first,
    run: runs.map(({ run }) => run).join("+"),
    tUs: Math.min(...headers.map(({ tUs }) => tUs)),
    host: [...new Set(headers.map(({ host }) => host))].join("+"),
    config: {
      ...config,
      ...(endpoints.length === 0 ? {} : { replicas: endpoints.join(",") }),
      ...Object.fromEntries(sums),
      ...(durations.includes(null) ? {} : { duration_s: String(most(durations)) }),
    },
  };
}

/** Undefined unless every run left its footer: the sum of some would pass for the sum of all. */
function pooledEnd(runs: readonly RunData[]): EndRecord | undefined {
  const ends = runs.flatMap(({ end }) => end ?? []);
  const [first] = ends;
  if (first === undefined || ends.length < runs.length) return undefined;
  const totals = Object.keys(first.totals).flatMap((key) => {
    const each = runs.map((data) => data.total(key));
    if (each.includes(null)) return [];
    // The run was held as long as its shortest part, and ended as its worst one did.
    const total = key === "held_ms" ? shortfall(runs) : sum(each);
    return [[key, String(total)] as const];
  });
  return {
    ...first,
    tUs: Math.max(...ends.map(({ tUs }) => tUs)),
    reason: ends.find(({ reason }) => reason !== "normal")?.reason ?? first.reason,
    totals: Object.fromEntries(totals),
  };
}

/** The longest plan less what any of the runs lacked of its own; without plans, the shortest. */
function shortfall(runs: readonly RunData[]): number {
  const held = runs.map((data) => data.total("held_ms") ?? 0);
  const planned = runs.map((data) => (data.configNumber("duration_s") ?? Number.NaN) * 1000);
  const lacking = planned.map((plannedMs, index) => plannedMs - (held[index] ?? 0));
  const heldMs = most(planned) - Math.max(0, ...lacking);
  return Number.isFinite(heldMs) ? heldMs : Math.min(...held);
}

function sum(values: readonly (number | null)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}

function most(values: readonly (number | null)[]): number {
  return Math.max(...values.map((value) => value ?? 0));
}

/** What a reader of the figures must know when they are of several hosts. */
export function poolingRemarks(runs: readonly RunData[]): readonly string[] {
  if (runs.length < 2) return [];
  const hosts = [...new Set(runs.map(({ header }) => header?.host ?? "an unknown host"))];
  const together = `one report over ${runs.length} runs that were on at the same time: ${runs
    .map(({ run }) => run)
    .join(", ")} (--run ID reports one of them, --run all each)`;
  if (hosts.length < 2) return [together];
  const shared = [...new Set(runs.flatMap(replicaEndpoints))].filter((endpoint) =>
    isLoopback(endpointOrUndefined(endpoint)?.host ?? ""),
  );
  return [
    together,
    `${hosts.length} load machines (${hosts.join(", ")}): every span is measured on one of them; ` +
      "seconds of throughput are put together as far as their wall clocks agree",
    ...(shared.length === 0
      ? []
      : [`${shared.join(", ")}: another replica on each load machine, counted together`]),
  ];
}
