/** Ledgers of a large run, for the benches that read them. */
import { join } from "node:path";
import { seededRandom } from "../src/base/random.ts";
import { encodeRecord } from "../src/ledger/encode.ts";
import type { LedgerRecord } from "../src/ledger/record.ts";

export const ports = [50051, 50052, 50053];
const startUs = 1795383300_000_000;
const perSecond = 5000;

/**
 * Every 200th request fails on one replica first, so that outages and recovery have something to
 * do.
 */
export async function writeLedgers(directory: string, requestCount: number): Promise<void> {
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
