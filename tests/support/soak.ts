import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { sleep, systemClock } from "../../src/base/clock.ts";
import { readLedger } from "../../src/ledger/reader.ts";
import type { LedgerRecord } from "../../src/ledger/record.ts";
import type { RunReport } from "../../src/report/run-report.ts";
import { type Ended, startDfs } from "./dfs-process.ts";
import { linuxState, processesMarked } from "./process-state.ts";
import { readReport } from "./read-report.ts";
import { soon } from "./undo-round.ts";

export interface SoakPlan {
  /** Where everybody runs and writes. */
  readonly directory: string;
  /** How long faults fall; the load goes on a little longer, so that it sees the last one end. */
  readonly durationMs: number;
  readonly seed: number;
  readonly rate: number;
  /** Further flags of `dfs fault random`. */
  readonly flags: readonly string[];
}

export interface Soak {
  readonly load: Ended;
  readonly random: Ended;
  readonly serve: Ended;
  readonly run: RunReport;
  readonly reportStatus: number | null;
  /** Faults that began, by kind; stalls and limps among them without an end on record. */
  readonly begun: Readonly<Record<string, number>>;
  readonly endlessCount: number;
  /** The fewest replicas that were not under a fault, nor being started again, at any instant. */
  readonly leastUntouchedCount: number;
  /** Replicas that were suspended when the faults were over. */
  readonly suspendedCount: number;
  readonly isTidy: boolean;
}

const replicaCount = 3;
/** From the last fault's planned end to that of the load. */
const tailMs = 5000;

/** Three replicas that are started again when they crash, a load, and faults at random on them. */
export async function playSoak(plan: SoakPlan): Promise<Soak> {
  const { directory, durationMs, seed } = plan;
  const options = {
    cwd: directory,
    env: { XDG_RUNTIME_DIR: directory, TMPDIR: directory, DFS_SOAK: directory },
  };
  const restart = ["--restart", "on-crash", "--restart-delay", "500ms"];
  const serve = ["serve", "--port", "0", "--num-replicas", String(replicaCount), ...restart];
  await using replicas = startDfs(serve, options);
  await replicas.waitFor(new RegExp(`( serving [\\s\\S]*){${replicaCount}}`), 60_000);
  const served = replicas.stdout.matchAll(/:(\d+) serving/g);
  const ports = Array.from(served, ([, port]) => Number(port)).toSorted((a, b) => a - b);

  const endpoints = ports.map((port) => `localhost:${port}`).join(",");
  const loadSpan = `${durationMs + 2 * tailMs}ms`;
  const rate = String(plan.rate);
  const loadWords = ["load", "--replicas", endpoints, "--rate", rate, "--duration", loadSpan];
  await using load = startDfs(loadWords, options);
  await sleep(systemClock, tailMs);
  const flags = ["--seed", String(seed), "--duration", `${durationMs}ms`, ...plan.flags];
  const words = ["fault", "random", "--ports", ports.join(","), "--keep-healthy", "1", ...flags];
  await using random = startDfs(words, options);
  const randomEnded = await random.exited(durationMs + 60_000);
  const marked = processesMarked(`DFS_SOAK=${directory}`);
  const suspendedCount = marked.filter((pid) => linuxState(pid) === "T").length;
  const loadEnded = await load.exited(3 * tailMs + 90_000);
  replicas.kill("SIGINT");
  const serveEnded = await replicas.exited(60_000);
  const isQuiet = await soon(() => processesMarked(`DFS_SOAK=${directory}`).length === 0);

  const records = await recordsIn(directory);
  const { run, status } = await readReport(directory);
  return {
    ...{ load: loadEnded, random: randomEnded, serve: serveEnded, run, reportStatus: status },
    ...tally(records),
    leastUntouchedCount: leastUntouchedCount(records, ports),
    ...{ suspendedCount, isTidy: isQuiet && isRosterEmpty(directory) },
  };
}

function isRosterEmpty(directory: string): boolean {
  const path = join(directory, "dfs");
  return !existsSync(path) || readdirSync(path).length === 0;
}

async function recordsIn(directory: string): Promise<readonly LedgerRecord[]> {
  const records: LedgerRecord[] = [];
  const names = readdirSync(directory).filter((name) => /^(server_\d+|fault)\.log$/.test(name));
  for (const name of names) {
    await readLedger(join(directory, name), (record) => {
      if (record.kind === "fault" || record.kind === "restart") records.push(record);
    });
  }
  return records.toSorted((a, b) => a.tUs - b.tUs);
}

function tally(records: readonly LedgerRecord[]): Pick<Soak, "begun" | "endlessCount"> {
  const begun: Record<string, number> = {};
  let endlessCount = 0;
  for (const record of records) {
    if (record.kind !== "fault") continue;
    const { fault, phase } = record;
    if (phase === "begin") begun[fault] = (begun[fault] ?? 0) + 1;
    if (fault !== "crash") endlessCount += phase === "begin" ? 1 : -1;
  }
  return { begun, endlessCount };
}

/** By the instants on record: of faults, and of the restarts that end a crash. */
export function leastUntouchedCount(
  records: readonly LedgerRecord[],
  ports: readonly number[],
): number {
  const touched = new Set<number>();
  let least = ports.length;
  for (const record of records) {
    if (record.kind === "restart") touched.delete(Number(record.endpoint.split(":").at(-1)));
    if (record.kind !== "fault") continue;
    if (record.phase === "begin") touched.add(record.port);
    else touched.delete(record.port);
    least = Math.min(least, ports.length - touched.size);
  }
  return least;
}

/** What of a soak is not as it should be, a line each. */
export function soakFailures(soak: Soak): readonly string[] {
  const { run, random, load, serve } = soak;
  const expected: readonly (readonly [what: string, is: unknown, should: unknown])[] = [
    ["status of dfs load", load.status, 0],
    ["status of dfs fault random", random.status, 0],
    ["status of dfs serve", serve.status, 0],
    ["status of dfs report", soak.reportStatus, 0],
    ["verdict", run.verdict.result, "verified"],
    ["requests lost", run.requests.lost, 0],
    ["requests wrong", run.requests.wrong, 0],
    ["requests without outcome", run.requests.scheduled - run.requests.ok, 0],
    ["ledgers consistent", ledgersConsistent(run), "yes"],
    ["stalls and limps without an end on record", soak.endlessCount, 0],
    ["replicas left suspended", soak.suspendedCount, 0],
    ["at least one replica untouched at any instant", soak.leastUntouchedCount >= 1, true],
    ["no process left, and no fault listed", soak.isTidy, true],
  ];
  return expected
    .filter(([, is, should]) => is !== should)
    .map(([what, is, should]) => `${what}: ${is}, and not ${should}`);
}

function ledgersConsistent({ verdict }: RunReport): string {
  return verdict.criteria.find(({ name }) => name === "ledgers consistent")?.met ?? "not judged";
}
