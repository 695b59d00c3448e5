/**
 * How long `dfs report` takes over a large run, and how much memory: a million requests in
 * client.log, alone and with their executions in three server ledgers. Bounds for a million: 6 s
 * alone, 12 s and 600 MB with the servers. Run: bun bench/report.ts [requests]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../src/base/clock.ts";
import { seededRandom } from "../src/base/random.ts";
import { encodeRecord } from "../src/ledger/encode.ts";
import type { LedgerRecord } from "../src/ledger/record.ts";
import { LedgerCollector } from "../src/report/ledger-collector.ts";
import { readLedgers } from "../src/report/read-ledgers.ts";
import { renderText } from "../src/report/render-text.ts";
import { reportLedgers } from "../src/report/report-run.ts";

const ports = [50051, 50052, 50053];
const startUs = 1795383300_000_000;
const perSecond = 5000;

/**
 * Every 200th request fails on one replica first, so that outages and recovery have something to
 * do.
 */
async function writeLedgers(directory: string, requestCount: number): Promise<void> {
  const random = seededRandom(1);
  const client = Bun.file(join(directory, "client.log")).writer();
  const servers = ports.map((port) => Bun.file(join(directory, `server_${port}.log`)).writer());
  const put = (writer: Bun.FileSink | undefined, record: LedgerRecord) =>
    writer?.write(`${encodeRecord(record)}\n`);
  const who = { version: "bench", pid: 1, host: "h", boot: "b", utcOffset: "+00:00", seed: 1 };
  const endpoints = ports.map((port) => `localhost:${port}`);
  const config = {
    ...{ duration_s: String(requestCount / perSecond), rate_per_s: String(perSecond) },
    ...{ deadline_ms: "30000", replicas: endpoints.join(",") },
  };
  put(client, { kind: "run", tUs: startUs, run: "bench00001", command: "load", ...who, config });
  for (const [index, port] of ports.entries()) {
    const own = { endpoint: `localhost:${port}`, port: String(port) };
    const tUs = startUs - 1e6;
    put(servers[index], {
      kind: "run",
      tUs,
      run: `s${port}`,
      command: "serve",
      ...who,
      config: own,
    });
  }
  for (let number = 1; number <= requestCount; number++) {
    const request = `bench00001-${number}`;
    const latencyUs = Math.floor(400 + random.next() ** 6 * 20_000);
    const dueUs = startUs + Math.floor((number * 1e6) / perSecond);
    const index = number % ports.length;
    const endpoint = endpoints[index] ?? "";
    const isRetried = number % 200 === 0;
    if (isRetried) {
      const failed = { error: "UNAVAILABLE", attempt: 1, ended: "failed", serviceUs: 90 } as const;
      const from = endpoints[(number + 1) % ports.length] ?? "";
      const detail = "14 UNAVAILABLE: connection dropped";
      put(client, {
        ...{ kind: "attempt", tUs: dueUs + 100, request, endpoint: from, ...failed, detail },
      });
    }
    const attempts = isRetried ? 2 : 1;
    const done = { found: true, visited: 341, durationUs: 200 };
    put(servers[index], {
      ...{ kind: "execution", tUs: dueUs + latencyUs - 90, request, attempt: attempts, code: "OK" },
      ...done,
    });
    put(client, {
      ...{ kind: "ok", tUs: dueUs + latencyUs, request, endpoint, latencyUs, lagUs: 50, attempts },
      serviceUs: latencyUs - (isRetried ? 110 : 10),
    });
    if (number % 10_000 === 0) for (const writer of [client, ...servers]) await writer.flush();
  }
  const counts = {
    scheduled: requestCount,
    ok: requestCount,
    wrong: 0,
    failed: 0,
    indeterminate: 0,
  };
  const heldMs = (requestCount / perSecond) * 1000;
  const all = { ...counts, not_sent: 0, held_ms: heldMs, lost_records: 0 };
  const totals = Object.fromEntries(Object.entries(all).map(([key, n]) => [key, String(n)]));
  const endUs = startUs + heldMs * 1000 + 1e6;
  put(client, { kind: "end", tUs: endUs, run: "bench00001", reason: "normal", totals });
  for (const writer of [client, ...servers]) await writer.end();
}

/** In a process of its own, so that its memory is the report's alone. */
async function measure(paths: readonly string[]): Promise<void> {
  const ledger = new LedgerCollector();
  const beganUs = systemClock.nowUs();
  await readLedgers(paths, ledger);
  const readUs = systemClock.nowUs();
  const text = renderText(reportLedgers(ledger), { color: false, width: 100 });
  const reportedUs = systemClock.nowUs();
  console.log(text);
  const seconds = (spanUs: number) => (spanUs / 1e6).toFixed(2);
  // maxRSS is in kilobytes, on every system that Bun runs on.
  const peakMb = process.resourceUsage().maxRSS / 1024;
  console.log(
    `\n${paths.length} files: read ${seconds(readUs - beganUs)} s, ` +
      `report ${seconds(reportedUs - readUs)} s, together ${seconds(reportedUs - beganUs)} s, ` +
      `peak resident ${peakMb.toFixed(0)} MB\n`,
  );
}

const [first = "1000000", ...ledgers] = process.argv.slice(2);
if (ledgers.length > 0) {
  await measure(ledgers);
} else {
  const directory = mkdtempSync(join(tmpdir(), "dfs-bench-"));
  try {
    await writeLedgers(directory, Number(first));
    const client = join(directory, "client.log");
    const servers = ports.map((port) => join(directory, `server_${port}.log`));
    for (const paths of [[client], [client, ...servers]]) {
      const child = Bun.spawn([process.execPath, import.meta.path, first, ...paths], {
        stdio: ["ignore", "inherit", "inherit"],
      });
      await child.exited;
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
