import { expect, test } from "bun:test";
import { localTimeOfDay } from "../base/local-time.ts";
import type { AttemptFailure } from "../failover/request.ts";
import type { OkRecord } from "../ledger/record.ts";
import type { SettledRequest } from "../load/outcome.ts";
import type { SecondSummary } from "../load/request-flow.ts";
import { type LineDetail, LoadLines } from "./load-lines.ts";

const tUs = 1_795_383_300_000_000;
const time = localTimeOfDay(tUs);

function lines(detail: LineDetail, act: (lines: LoadLines) => void): string[] {
  const printed: string[] = [];
  act(new LoadLines(detail, (line) => printed.push(Bun.stripANSI(line))));
  return printed;
}

function failure(number: number, options: Partial<AttemptFailure> = {}): AttemptFailure {
  return {
    tUs,
    request: {
      id: `r-${number}`,
      number,
      path: "/s/m",
      bytes: new Uint8Array(),
      deadlineUs: tUs,
      mayExecuteTwice: true,
    },
    endpoint: { host: "localhost", port: 50051 },
    attempt: 1,
    status: "UNAVAILABLE",
    detail: "",
    ended: "failed",
    serviceUs: 1,
    isRetried: true,
    ...options,
  };
}

function settled(number: number, attempts: number, latencyUs: number): SettledRequest {
  const endpoint = `localhost:5005${attempts}`;
  const common = { kind: "ok", tUs, request: `r-${number}`, lagUs: 0, serviceUs: 1 } as const;
  return { number, record: { ...common, endpoint, latencyUs, attempts } };
}

const unsent: SettledRequest = {
  number: 9,
  record: {
    ...{ kind: "request", tUs, request: "r-9", outcome: "failed", endpoint: "", attempts: 0 },
    ...{ elapsedUs: 0, lagUs: 0, detail: "not sent: 3 requests were in flight" },
  },
};

const second: SecondSummary = {
  tUs,
  second: 7,
  scheduled: 100,
  ok: 99,
  lost: 1,
  notSent: 0,
  inFlight: 3,
  lagMaxUs: 0,
  latencyMaxUs: 12_345,
  attemptTimeoutMs: 40,
};

test("LoadLines says how many messages an answer has, and when the first came", () => {
  const { number, record } = settled(1, 1, 4280);
  const printed = lines("requests", (load) => {
    load.settled({ number, record: { ...record, messages: 12, firstUs: 1020 } as OkRecord });
    load.settled({ number, record: { ...record, messages: 0 } as OkRecord });
  });
  const begin = `[${time}] ✓ Request #1 → localhost:50051`;
  expect(printed).toEqual([
    `${begin} (latency: 4.28ms, 12 messages, the first after 1.02ms)`,
    `${begin} (latency: 4.28ms, 0 messages)`,
  ]);
});

test("LoadLines prints a line a request when asked, and failures with what became of them", () => {
  const printed = lines("requests", (load) => {
    load.settled({ ...unsent, isNotSent: true });
    load.settled(settled(1, 1, 4280));
    load.attemptFailed(failure(50));
    load.settled(settled(50, 2, 6120));
    load.attemptFailed(failure(75, { ended: "abandoned", status: "DEADLINE_EXCEEDED" }));
    load.second(second);
  });
  expect(printed).toEqual([
    `[${time}] ✗ Request #9 FAILED after 0 attempt(s): not sent: 3 requests were in flight`,
    `[${time}] ✓ Request #1 → localhost:50051 (latency: 4.28ms)`,
    `[${time}] ✗ Request #50 → localhost:50051 FAILED (UNAVAILABLE) - Retrying...`,
    `[${time}] ✓ Request #50 → RETRY SUCCESS on localhost:50052 after 1 failure(s) (latency: 6.12ms)`,
    `[${time}] ✗ Request #75 → localhost:50051 ERROR (DEADLINE_EXCEEDED) - Retrying...`,
  ]);
});

test("LoadLines prints one summary a second otherwise, failures still shown", () => {
  const printed = lines("seconds", (load) => {
    load.settled(settled(1, 1, 4280));
    load.attemptFailed(failure(2, { isRetried: false }));
    load.second(second);
    load.settled({ ...unsent, isNotSent: true });
    load.second({ ...second, ok: 90, lost: 10, notSent: 8 });
    load.second({ ...second, lost: 0 });
    load.second({ ...second, ok: 0, lost: 0, inFlight: 100, latencyMaxUs: 0 });
  });
  expect(printed).toEqual([
    `[${time}] ✗ Request #2 → localhost:50051 FAILED (UNAVAILABLE)`,
    `[${time}] ✗ Second 7: 100 scheduled, 99 ok, 1 lost, 3 in flight, worst latency 12.35ms`,
    `[${time}] ✗ Second 7: 100 scheduled, 90 ok, 10 lost (8 not sent), 3 in flight, worst latency 12.35ms`,
    `[${time}] ✓ Second 7: 100 scheduled, 99 ok, 0 lost, 3 in flight, worst latency 12.35ms`,
    `[${time}] · Second 7: 100 scheduled, 0 ok, 0 lost, 100 in flight`,
  ]);
});

test("LoadLines bounds the failures of one second and says how many it left out", () => {
  const printed = lines("seconds", (load) => {
    for (let number = 1; number <= 25; number++) load.attemptFailed(failure(number));
    load.second(second);
    load.attemptFailed(failure(26));
  });
  // 20 failures, the note on 5 more, the summary; the next second starts afresh.
  expect(printed.length).toBe(23);
  expect(printed[20]).toContain("5 more");
  expect(printed[22]).toContain("#26");
});

test("LoadLines shows a lost request with its outcome, and no control characters of its cause", () => {
  const [printed] = lines("requests", (load) =>
    load.settled({
      number: 4,
      record: {
        kind: "request",
        tUs,
        request: "r-4",
        outcome: "wrong",
        endpoint: "localhost:50051",
        attempts: 1,
        elapsedUs: 5,
        lagUs: 0,
        detail: "expected\u001b[2J",
      },
    }),
  );
  expect(printed).toBe(
    `[${time}] ✗ Request #4 → localhost:50051 WRONG after 1 attempt(s): expected\\u001b[2J`,
  );
});

test("LoadLines tells when the attempt timeout has changed by a factor of two", () => {
  const printed = lines("requests", (load) => {
    load.second({ ...second, attemptTimeoutMs: 1000 });
    load.second({ ...second, attemptTimeoutMs: 600 });
    load.second({ ...second, attemptTimeoutMs: 36.4 });
    load.second({ ...second, attemptTimeoutMs: 40 });
  });
  expect(printed).toEqual([`[${time}]   attempt timeout 1s -> 36ms`]);
});

test("LoadLines tells a hedge from a retry, and says nothing of answers that came late", () => {
  const printed = lines("requests", (load) => {
    load.settled(settled(7, 2, 12_100));
    load.attemptFailed(failure(7, { ended: "late", status: "OK" }));
  });
  expect(printed).toEqual([
    `[${time}] ✓ Request #7 → HEDGED, answered by localhost:50052 (latency: 12.10ms)`,
  ]);
});

test("LoadLines says which replicas come and go, whatever else it prints", () => {
  const endpoint = { host: "10.0.0.3", port: 5 };
  const cause = "resolved from dns:///search:5";
  const printed = lines("seconds", (load) => {
    load.replicaChanged({ tUs, endpoint, state: "probing", cause, standing: "new" });
    load.replicaChanged({ tUs, endpoint, state: "healthy", cause: "probe" });
    load.replicaChanged({
      ...{ tUs, endpoint, state: "healthy", standing: "leaving" },
      cause: "no longer an address of dns:///search:5",
    });
  });
  expect(printed).toEqual([
    `[${time}] replica 10.0.0.3:5 has come (resolved from dns:///search:5)`,
    `[${time}] replica 10.0.0.3:5 gets no new requests (no longer an address of dns:///search:5)`,
  ]);
});

test("LoadLines prints only what is out of the ordinary when asked for events", () => {
  const printed = lines("events", (load) => {
    load.settled(settled(1, 1, 4280));
    load.replicaChanged({
      tUs,
      endpoint: { host: "localhost", port: 50051 },
      state: "down",
      cause: "connection lost",
    });
    for (let number = 1; number <= 30; number++) load.attemptFailed(failure(number));
    load.second(second);
    load.second(second);
  });
  expect(printed).toHaveLength(21);
  expect(printed[0]).toBe(`[${time}] replica localhost:50051 down (connection lost)`);
  expect(printed.at(-1)).toBe(`[${time}]   ... and 11 more such lines`);
});
