import { describe, expect, test } from "bun:test";
import { limits } from "../../base/limits.ts";
import type { LedgerRecord, OkRecord, RequestRecord } from "../../ledger/record.ts";
import { LoadMetrics } from "./load-metrics.ts";
import { openMetrics } from "./open-metrics.ts";

const ok: OkRecord = {
  kind: "ok",
  tUs: 0,
  request: "run-1",
  endpoint: "localhost:50051",
  latencyUs: 4000,
  lagUs: 200,
  serviceUs: 3000,
  attempts: 1,
};

function lost(outcome: RequestRecord["outcome"], detail: string): RequestRecord {
  const at = { tUs: 0, request: "run-2", endpoint: "localhost:50052" };
  return { kind: "request", ...at, outcome, detail, attempts: 1, elapsedUs: 5000, lagUs: 0 };
}

/** The samples of a load that made these records, without buckets and what is not of the load. */
async function samplesAfter(records: readonly LedgerRecord[]): Promise<string[]> {
  const book = await openMetrics({ version: "1.2.3" });
  const metrics = new LoadMetrics(book);
  for (const record of records) metrics.append(record);
  const lines = (await book.text()).split("\n");
  return lines.filter((line) => line.startsWith("dfs_load_") && !line.includes("_bucket{"));
}

describe("LoadMetrics", () => {
  test("counts requests by outcome and by the status that decided it", async () => {
    const samples = await samplesAfter([
      ok,
      { ...ok, status: "NOT_FOUND" },
      lost("wrong", "visited 3, not 4"),
      lost("failed", "NOT_FOUND: no such vertex"),
      lost("failed", "OK, but after its deadline"),
      lost("indeterminate", "UNAVAILABLE from localhost:50052: connection lost"),
      lost("failed", "not sent: 100000 requests were in flight"),
    ]);
    expect(samples).toEqual(
      expect.arrayContaining([
        'dfs_load_requests_total{outcome="ok",code="OK"} 1',
        'dfs_load_requests_total{outcome="ok",code="NOT_FOUND"} 1',
        'dfs_load_requests_total{outcome="wrong",code="OK"} 1',
        'dfs_load_requests_total{outcome="failed",code="NOT_FOUND"} 1',
        'dfs_load_requests_total{outcome="failed",code="OK"} 1',
        'dfs_load_requests_total{outcome="indeterminate",code="UNAVAILABLE"} 1',
        'dfs_load_requests_total{outcome="failed",code="none"} 1',
        'dfs_load_attempts_total{endpoint="localhost:50051",code="OK",end="answered"} 1',
        'dfs_load_attempts_total{endpoint="localhost:50051",code="NOT_FOUND",end="answered"} 1',
        'dfs_load_attempts_total{endpoint="localhost:50052",code="NOT_FOUND",end="answered"} 1',
        "dfs_load_latency_seconds_sum 0.008",
        "dfs_load_latency_seconds_count 2",
        'dfs_load_service_time_seconds_count{endpoint="localhost:50051"} 2',
        "dfs_load_lag_seconds_count 7",
        "dfs_load_requests_scheduled_total 7",
      ]),
    );
  });

  test("counts attempts, seconds, states and streams", async () => {
    const run = "run";
    const tick = { kind: "tick", tUs: 0, run, scheduled: 10, refused: 0, lagMaxUs: 0 } as const;
    const replica = { kind: "replica", tUs: 0, run, endpoint: "localhost:50051" } as const;
    const stream = { tUs: 0, stream: "run-s1", endpoint: "", items: 50 } as const;
    const samples = await samplesAfter([
      { ...tick, second: 1, notSent: 0, inFlight: 3, attemptTimeoutUs: 1000 },
      { ...tick, second: 2, notSent: 4, inFlight: 2, attemptTimeoutUs: 1000 },
      { ...replica, state: "healthy", cause: "answer" },
      { ...replica, state: "suspect", cause: "no answer" },
      { kind: "gap", ...stream, gapUs: 1500, from: "", to: "", error: "UNAVAILABLE", detail: "" },
      { kind: "flow", tUs: 0, run, second: 1, open: 2, items: 500 },
      { kind: "flow", tUs: 0, run, second: 2, open: 1, items: 700 },
      { kind: "stream", ...stream, outcome: "ok", attempts: 2, elapsedUs: 9, detail: "" },
      {
        ...{ kind: "attempt", tUs: 0, request: "run-1", endpoint: "localhost:50051", attempt: 1 },
        ...{ error: "DEADLINE_EXCEEDED", ended: "abandoned", serviceUs: 1000, detail: "" },
      },
    ]);
    expect(samples).toEqual(
      expect.arrayContaining([
        "dfs_load_requests_scheduled_total 20",
        "dfs_load_requests_not_sent_total 4",
        "dfs_load_requests_in_flight 2",
        'dfs_load_replica_state{endpoint="localhost:50051",state="healthy"} 0',
        'dfs_load_replica_state{endpoint="localhost:50051",state="suspect"} 1',
        "dfs_load_stream_gap_seconds_count 1",
        "dfs_load_streams_open 1",
        "dfs_load_stream_items_total 1200",
        'dfs_load_streams_total{outcome="ok"} 1',
        'dfs_load_attempts_total{endpoint="localhost:50051",code="DEADLINE_EXCEEDED",end="abandoned"} 1',
      ]),
    );
  });

  test("tells so many endpoints apart, and no more", async () => {
    const count = limits.metricsEndpointMaxCount + 50;
    const records = Array.from({ length: count }, (_, index) => ({
      ...ok,
      endpoint: `h:${index}`,
    }));
    const attempts = (await samplesAfter(records)).filter((line) =>
      line.includes("attempts_total{"),
    );
    expect(attempts).toHaveLength(limits.metricsEndpointMaxCount + 1);
    expect(attempts.at(-1)).toContain('endpoint="other"');
  });
});
