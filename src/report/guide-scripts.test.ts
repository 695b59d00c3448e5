import { expect, test } from "bun:test";
import { tempDir } from "../../tests/support/temp-dir.ts";
import { seededRandom } from "../base/random.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import { LedgerWriter } from "../ledger/writer.ts";
import { LedgerCollector } from "./ledger-collector.ts";
import { readLedgers } from "./read-ledgers.ts";
import { reportLedgers } from "./report-run.ts";

/*
 * The original guide's scripts know nothing of records: they look at lines. What they find in a
 * client.log, done here with text and regular expressions alone, must be what the report says.
 */

/** Select-String "latency_ms=", grouped by the text before the first comma. */
function throughputByText(log: string): { second: string; ok: number }[] {
  const counts = new Map<string, number>();
  for (const line of log.split("\n")) {
    if (!line.includes("latency_ms=")) continue;
    const second = line.slice(0, line.indexOf(","));
    counts.set(second, (counts.get(second) ?? 0) + 1);
  }
  return Array.from(counts, ([second, ok]) => ({ second, ok })).sort((a, b) =>
    a.second < b.second ? -1 : 1,
  );
}

/** Matches of latency_ms=(\d+\.\d+), sorted as numbers. */
function latenciesByText(log: string): number[] {
  const matches = log.matchAll(/latency_ms=(\d+\.\d+)/g);
  return Array.from(matches, ([, text]) => Number(text)).sort((a, b) => a - b);
}

/**
 * A client.log of `requestCount` requests, a tenth of them after a failed attempt, some never ok.
 */
function writeClientLog(path: string, requestCount: number, seed: number): void {
  const random = seededRandom(seed);
  const writer = LedgerWriter.open(path, { flush: "batched" });
  const startUs = 1795383300_000_000;
  const record = (each: LedgerRecord) => writer.append(each);
  const config = { duration_s: "60", rate_per_s: "10", deadline_ms: "30000" };
  const who = { version: "1", pid: 1, host: "h", boot: "b", utcOffset: utcOffsetHere(), seed };
  record({ kind: "run", tUs: startUs, run: "r", command: "load", ...who, config });
  for (let number = 1; number <= requestCount; number++) {
    const request = `r-${number}`;
    const latencyUs = Math.floor(200 + random.next() ** 8 * 3e6);
    const tUs = startUs + number * 37_000 + latencyUs;
    const endpoint = `localhost:${random.next() < 0.5 ? 50051 : 50052}`;
    const common = { tUs, request, endpoint };
    const chance = random.next();
    if (chance < 0.1) {
      const attempt = { attempt: 1, ended: "failed", serviceUs: 100, detail: "gone" } as const;
      record({ kind: "attempt", ...common, error: "UNAVAILABLE", ...attempt });
    }
    if (chance < 0.02) {
      const rest = { attempts: 1, elapsedUs: latencyUs, lagUs: 0, detail: "" };
      record({ kind: "request", outcome: "failed", ...common, ...rest });
    } else {
      const attempts = chance < 0.1 ? 2 : 1;
      record({ kind: "ok", ...common, latencyUs, lagUs: 0, serviceUs: latencyUs, attempts });
    }
  }
  writer.close();
}

function utcOffsetHere(): string {
  const minutes = -new Date(1795383300_000).getTimezoneOffset();
  const size = Math.abs(minutes);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

test.each([1, 2, 3, 20, 21, 100, 1999])("the guide's scripts over %d requests", async (count) => {
  using dir = tempDir();
  const path = dir.file("client.log");
  writeClientLog(path, count, count);
  const log = await dir.read("client.log");
  const ledger = new LedgerCollector();
  await readLedgers([path], ledger);
  const [run] = reportLedgers(ledger).reports;
  const latencies = latenciesByText(log);
  const groups = throughputByText(log);
  expect(latencies.length).toBeGreaterThan(0);
  expect(run?.throughput.seconds).toEqual(groups);
  expect(run?.throughput.okPerSecondMean).toBe(latencies.length / groups.length);
  const at = (share: number) => latencies[Math.floor(latencies.length * share)];
  expect(run?.latency.ok).toMatchObject({
    ...{ count: latencies.length, maxMs: latencies.at(-1) },
    ...{ p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) },
  });
});

/** What a line of sh makes of the log: grep, sort and awk share no code with us. */
async function bySh(script: string, log: string): Promise<readonly string[]> {
  const child = Bun.spawn(["sh", "-c", script], {
    ...{ stdin: Buffer.from(log), stdout: "pipe", stderr: "inherit" },
    env: { ...process.env, LC_ALL: "C" },
  });
  const text = await new Response(child.stdout).text();
  expect(await child.exited).toBe(0);
  return text.trim().split("\n");
}

const percentiles =
  `cut -d= -f2 | sort -n | awk '{ v[NR - 1] = $1 } ` +
  `END { print NR, v[int(NR * 0.5)], v[int(NR * 0.99)] }'`;

const hasAwk = Bun.which("awk") !== null && Bun.which("sh") !== null;

test.skipIf(!hasAwk)("awk over 1999 requests finds the same as the report", async () => {
  using dir = tempDir();
  const path = dir.file("client.log");
  writeClientLog(path, 1999, 7);
  const log = await dir.read("client.log");
  const ledger = new LedgerCollector();
  await readLedgers([path], ledger);
  const [run] = reportLedgers(ledger).reports;
  if (run === undefined) throw new Error("no report");

  const seconds = await bySh(
    `awk -F, '/latency_ms=/ { n[$1]++ } END { for (s in n) print s, n[s] }' | sort`,
    log,
  );
  expect(run.throughput.seconds.map(({ second, ok }) => `${second} ${ok}`)).toEqual([...seconds]);

  const { affected, healthy } = run.latency;
  // The first pass keeps the requests of which an attempt failed, the second tells their ok apart.
  const apart = (wanted: string) =>
    `sed 's/.* \\(error\\|latency_ms\\)=\\([^ ]*\\) request=\\([^ ]*\\) .*/\\1 \\2 \\3/; t; d' | ` +
    `sort -k1,1 | awk '$1 == "error" { hit[$3]; next } ${wanted} { print "=" $2 }' | ${percentiles}`;
  const text = ({ p50Ms, p99Ms, count }: typeof affected) =>
    `${count} ${p50Ms?.toFixed(3)} ${p99Ms?.toFixed(3)}`;
  expect(await bySh(apart("$3 in hit"), log)).toEqual([text(affected)]);
  expect(await bySh(apart("!($3 in hit)"), log)).toEqual([text(healthy)]);
  expect(affected.count).toBeGreaterThan(100);

  expect(run.outages.length).toBeGreaterThan(1);
  for (const outage of run.outages) {
    if (outage.endUs === null) continue;
    const { beginUs, endUs, duringSpanMs, duringOkPerSecond, duringP99Ms } = outage;
    const [found = ""] = await bySh(
      `grep latency_ms= | awk -F't_us=' '$2 >= ${beginUs} && $2 < ${endUs}' | ` +
        `grep -o 'latency_ms=[0-9.]*' | ${percentiles}`,
      log,
    );
    const [count, , p99] = found.split(" ");
    expect(duringP99Ms?.toFixed(3)).toBe(p99);
    const rate = duringSpanMs < 100 ? null : (Number(count) * 1000) / duringSpanMs;
    if (rate === null) expect(duringOkPerSecond).toBeNull();
    else expect(duringOkPerSecond).toBeCloseTo(rate, 6);
  }
});
