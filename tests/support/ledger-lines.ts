import { localTimestamp } from "../../src/base/local-time.ts";
import { decodeRecord } from "../../src/ledger/decode.ts";
import { LedgerCollector, type RunSelection } from "../../src/report/ledger-collector.ts";
import { reportLedgers } from "../../src/report/report-run.ts";
import type { Report, RunReport } from "../../src/report/run-report.ts";

/** Ledger lines spelled as text, so that what reads them is tested from the format on. */

/** 2026-11-22 21:35:00 UTC, where the runs of these tests begin. */
export const startUs = 1795383300_000_000;

/** The instant `ms` after the start. */
export function at(ms: number): number {
  return startUs + Math.round(ms * 1000);
}

/** A line written `ms` after the start. */
export function line(ms: number, pairs: string): string {
  return `${localTimestamp(at(ms))} ${pairs} t_us=${at(ms)}`;
}

export interface Where {
  readonly host?: string;
  readonly boot?: string;
}

function header(ms: number, command: string, facts: Where & { run: string; pid: number }): string {
  const { run, pid, host = "h", boot = "b1" } = facts;
  const what = command.includes(" ") ? `"${command}"` : command;
  return line(
    ms,
    `run=${run} command=${what} version=0.1.0+test pid=${pid} host=${host} boot=${boot} ` +
      "utc_offset=+00:00 seed=7",
  );
}

/** Puts configuration into a header line, where it stands: before t_us. */
function withConfig(text: string, config: Readonly<Record<string, string | number>>): string {
  const pairs = Object.entries(config).map(([key, value]) => `config.${key}=${value}`);
  return text.replace(" t_us=", ` ${pairs.join(" ")} t_us=`);
}

export interface LoadHeader extends Where {
  readonly run?: string;
  readonly durationS?: number;
  readonly ratePerS?: number;
  readonly replicas?: string;
  readonly verify?: string;
  /** More of its configuration; with a `concurrency` it has no rate. */
  readonly more?: Readonly<Record<string, string | number>>;
}

export function loadHeader(ms: number, facts: LoadHeader = {}): string {
  const { run = "r", durationS = 4, ratePerS = 2, verify = "answer" } = facts;
  const { replicas = "localhost:50051,localhost:50052", more = {} } = facts;
  return withConfig(header(ms, "load", { ...facts, run, pid: 100 }), {
    ...("total" in more ? {} : { duration_s: durationS }),
    ...("concurrency" in more ? {} : { rate_per_s: ratePerS }),
    ...{ ...more, deadline_ms: 30000, policy: "retry" },
    ...{ attempt_timeout_ms: 3000, replicas, target: 42000, num_vertices: 50000, verify },
  });
}

export function loadFooter(
  ms: number,
  totals: Readonly<Record<string, number>>,
  facts: { run?: string; reason?: string } = {},
): string {
  const all = {
    ...{ scheduled: 0, ok: 0, wrong: 0, failed: 0, indeterminate: 0, not_sent: 0 },
    ...{ held_ms: 4000, lost_records: 0 },
    ...totals,
  };
  const pairs = Object.entries(all).map(([key, value]) => `total.${key}=${value}`);
  return line(ms, `end=${facts.run ?? "r"} reason=${facts.reason ?? "normal"} ${pairs.join(" ")}`);
}

export interface OkLine {
  readonly run?: string;
  readonly endpoint?: string;
  readonly latencyMs?: number;
  readonly serviceMs?: number;
  readonly lagMs?: number;
  readonly attempts?: number;
}

/** Request `number` ended ok `ms` after the start. */
export function okLine(ms: number, number: number, facts: OkLine = {}): string {
  const { run = "r", endpoint = "localhost:50051", latencyMs = 4, lagMs = 0, attempts = 1 } = facts;
  const { serviceMs = latencyMs } = facts;
  return line(
    ms,
    `endpoint=${endpoint} latency_ms=${latencyMs.toFixed(3)} request=${run}-${number} ` +
      `attempts=${attempts} service_ms=${serviceMs.toFixed(3)} lag_ms=${lagMs.toFixed(3)}`,
  );
}

export interface AttemptLine {
  readonly endpoint?: string;
  readonly error?: string;
  readonly attempt?: number;
  readonly ended?: string;
  readonly serviceMs?: number;
}

/** An attempt of request `number` failed `ms` after the start. */
export function attemptLine(ms: number, number: number, facts: AttemptLine = {}): string {
  const { endpoint = "localhost:50051", error = "UNAVAILABLE", attempt = 1 } = facts;
  const { ended = "failed", serviceMs = 1 } = facts;
  return line(
    ms,
    `endpoint=${endpoint} error=${error} request=r-${number} attempt=${attempt} ended=${ended} ` +
      `service_ms=${serviceMs.toFixed(3)} detail="connection dropped"`,
  );
}

export interface LostLine {
  readonly outcome?: string;
  readonly attempts?: number;
  readonly elapsedMs?: number;
  readonly lagMs?: number;
  readonly endpoint?: string;
}

/** Request `number` ended otherwise than ok. */
export function lostLine(ms: number, number: number, facts: LostLine = {}): string {
  const { outcome = "failed", attempts = 1, lagMs = 0, endpoint = "localhost:50051" } = facts;
  const { elapsedMs = 3 } = facts;
  return line(
    ms,
    `request=r-${number} outcome=${outcome} attempts=${attempts} endpoint=${endpoint} ` +
      `elapsed_ms=${elapsedMs.toFixed(3)} lag_ms=${lagMs.toFixed(3)} detail=why`,
  );
}

export interface StreamLine {
  readonly run?: string;
  readonly outcome?: string;
  readonly endpoint?: string;
  readonly attempts?: number;
  readonly elapsedMs?: number;
  readonly items?: number;
}

/** Stream `number` ended `ms` after the start. */
export function streamLine(ms: number, number: number, facts: StreamLine = {}): string {
  const { run = "r", outcome = "ok", endpoint = "localhost:50051", attempts = 1 } = facts;
  const { elapsedMs = 1000, items = 500_000 } = facts;
  return line(
    ms,
    `stream=${run}-s${number} outcome=${outcome} endpoint=${endpoint} attempts=${attempts} ` +
      `elapsed_ms=${elapsedMs.toFixed(3)} items=${items} detail=why`,
  );
}

/** Stream `number` went on `ms` after the start, after `gapMs`. */
export function gapLine(
  ms: number,
  number: number,
  facts: { run?: string; gapMs?: number; items?: number; status?: string } = {},
): string {
  const { run = "r", gapMs = 34.1, items = 120_000, status = "UNAVAILABLE" } = facts;
  return line(
    ms,
    `gap=${run}-s${number} gap_ms=${gapMs.toFixed(3)} items=${items} from=localhost:50051 ` +
      `to=localhost:50052 status=${status} detail="connection dropped"`,
  );
}

export function flowLine(second: number, open: number, items: number): string {
  return line(second * 1000, `flow=${second} open=${open} items=${items} run=r`);
}

export function stateLine(ms: number, endpoint: string, state: string): string {
  return line(ms, `replica=${endpoint} state=${state} cause=test run=r`);
}

export function tickLine(second: number, scheduled: number, notSent = 0): string {
  return line(
    second * 1000,
    `tick=${second} scheduled=${scheduled} not_sent=${notSent} refused=0 in_flight=0 ` +
      "lag_max_ms=0.100 attempt_timeout_ms=3000.000 run=r",
  );
}

export interface ServerHeader extends Where {
  readonly run: string;
  readonly port: number;
  readonly pid?: number;
  readonly by?: string;
}

export function serverHeader(ms: number, { port, by = "user", ...facts }: ServerHeader): string {
  return withConfig(header(ms, "serve", { pid: 200, ...facts }), {
    ...{ endpoint: `localhost:${port}`, port, graph: "modular:50000", started_by: by },
  });
}

export function executionLine(
  ms: number,
  number: number,
  facts: { attempt?: number; code?: string; request?: string } = {},
): string {
  const { attempt = 1, code = "OK", request = `r-${number}` } = facts;
  const duration = code === "OK" ? "latency_ms=0.500" : "duration_ms=0.500";
  return line(
    ms,
    `request_ts=2026-11-22T21:35:00.000Z ${duration} code=${code} found=true visited=341 ` +
      `request=${request} attempt=${attempt}`,
  );
}

export function faultHeader(ms: number, facts: Where & { run: string; fault?: string }): string {
  return header(ms, `fault ${facts.fault ?? "crash"}`, { ...facts, pid: 300 });
}

export function faultLine(
  ms: number,
  facts: { run: string; port: number; fault?: string; phase?: string },
): string {
  const { run, port, fault = "crash", phase = "begin" } = facts;
  return line(ms, `fault=${fault} phase=${phase} port=${port} pid=200 process=dfs run=${run}`);
}

/** Log files by name, each as its lines. */
export type Files = Readonly<Record<string, readonly string[]>>;

/** Reads the files one after the other. */
export function collect(files: Files, selection: RunSelection = "newest"): LedgerCollector {
  const ledger = new LedgerCollector(selection);
  for (const [path, lines] of Object.entries(files)) {
    const source = ledger.source(path);
    for (const text of lines) {
      const record = decodeRecord(text);
      if (record === undefined) source.skippedLineCount++;
      else source.append(record);
    }
  }
  return ledger;
}

export function reportOf(files: Files, selection: RunSelection = "newest"): Report {
  return reportLedgers(collect(files, selection));
}

/** The report of the one run that is reported. */
export function runReportOf(files: Files): RunReport {
  const [run] = reportOf(files).reports;
  if (run === undefined) throw new Error("The ledgers gave no report");
  return run;
}
