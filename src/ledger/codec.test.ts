import { describe, expect, test } from "bun:test";
import { decodeRecord } from "./decode.ts";
import { encodeRecord, formatMs } from "./encode.ts";
import { formatLine, parseLine } from "./line.ts";
import { type LedgerRecord, requestId, runOfRequest, streamId } from "./record.ts";

const tUs = new Date(2026, 10, 22, 21, 35, 0, 123).getTime() * 1000 + 456;
const run = "k3j2h1g0f9";
const request = `${run}-17`;
const stream = `${run}-s2`;
const endpoint = "localhost:50051";

/** One of every kind, so that a kind added to the type without a sample here fails to compile. */
const samples: { readonly [K in LedgerRecord["kind"]]: Extract<LedgerRecord, { kind: K }> } = {
  run: {
    ...{ kind: "run", tUs, run, command: "load", version: "0.1.0+a4f5f2b", pid: 1234 },
    ...{ host: "vm 1", boot: "unknown", utcOffset: "+01:00", seed: 2 ** 32 - 1 },
    config: { replicas: "localhost:50051,[::1]:50052", duration_ms: "60000", note: "" },
  },
  end: { kind: "end", tUs, run, reason: "normal", totals: { ok: "600", lost: "0" } },
  ok: {
    ...{ kind: "ok", tUs, request, endpoint, latencyUs: 4281, lagUs: 1, serviceUs: 4000 },
    attempts: 2,
  },
  attempt: {
    ...{ kind: "attempt", tUs, request, endpoint, error: "UNAVAILABLE", attempt: 1 },
    ...{ ended: "failed", serviceUs: 12, detail: 'says "no",\tor\nworse = \\' },
  },
  request: {
    ...{ kind: "request", tUs, request, outcome: "indeterminate", endpoint: "", attempts: 0 },
    ...{ elapsedUs: 30_000_000, lagUs: 0, detail: "" },
  },
  replica: { kind: "replica", tUs, run, endpoint, state: "suspect", cause: "silent for 3s" },
  tick: {
    ...{ kind: "tick", tUs, run, second: 1, scheduled: 10, notSent: 0, refused: 0, inFlight: 2 },
    ...{ lagMaxUs: 1500, attemptTimeoutUs: 3_000_000 },
  },
  execution: {
    ...{ kind: "execution", tUs, request, attempt: 1, code: "OK", durationUs: 1020 },
    ...{ found: true, visited: 341 },
  },
  fault: {
    ...{ kind: "fault", tUs, run, fault: "stall", phase: "begin", port: 50052, pid: 77 },
    process: "C:\\Program Files\\dfs.exe",
  },
  restart: { kind: "restart", tUs, run, endpoint, by: "supervisor", pid: 78, after: "SIGKILL" },
  stream: {
    ...{ kind: "stream", tUs, stream, outcome: "stopped", endpoint: "", attempts: 0 },
    ...{ elapsedUs: 30_000_001, items: 512_000, detail: "the load is over" },
  },
  gap: {
    ...{ kind: "gap", tUs, stream, gapUs: 34_123, from: endpoint, to: "localhost:50052" },
    ...{ items: 12, error: "UNAVAILABLE", detail: "connection dropped" },
  },
  flow: { kind: "flow", tUs, run, second: 3, open: 2, items: 5_000_000 },
};

describe("encodeRecord() and decodeRecord()", () => {
  test.each([
    { ...samples.ok, messages: 12, firstUs: 1500 },
    { ...samples.ok, messages: 0 },
  ])("give back $messages messages of an answer", (record) => {
    expect(decodeRecord(encodeRecord(record))).toEqual(record);
    expect(encodeRecord(record)).toContain(` messages=${record.messages} t_us=`);
  });

  test.each(Object.values(samples))("give back the same $kind record", (record) => {
    expect(decodeRecord(encodeRecord(record))).toEqual(record);
  });

  test("give back an execution that did not end OK", () => {
    const failed = { ...samples.execution, code: "INVALID_ARGUMENT", found: false, visited: 0 };
    expect(decodeRecord(encodeRecord(failed))).toEqual(failed);
  });

  test("write the client's lines as the contract shows them", () => {
    expect(encodeRecord(samples.ok)).toStartWith(
      "2026-11-22 21:35:00,123 endpoint=localhost:50051 latency_ms=4.281 ",
    );
    expect(encodeRecord(samples.attempt)).toContain(" endpoint=localhost:50051 error=UNAVAILABLE ");
    expect(encodeRecord(samples.request)).toContain(` request=${request} outcome=indeterminate `);
    expect(encodeRecord(samples.stream)).toContain(` stream=${stream} outcome=stopped `);
    expect(encodeRecord(samples.gap)).toContain(` gap=${stream} gap_ms=34.123 items=12 `);
    expect(encodeRecord(samples.fault)).toContain(" fault=stall phase=begin port=50052 pid=77 ");
  });

  test("write latency_ms= only where a request or an execution ended ok", () => {
    const hostile = "latency_ms=1.0 and latency_ms=2.0";
    const records: readonly LedgerRecord[] = [
      ...Object.values(samples).filter(({ kind }) => kind !== "ok" && kind !== "execution"),
      { ...samples.execution, code: "INTERNAL" },
      { ...samples.attempt, detail: hostile },
      { ...samples.request, detail: "latency_ms=3.0" },
      { ...samples.stream, detail: "latency_ms=3.0" },
      { ...samples.gap, detail: hostile, from: "latency_ms=4.0" },
      { ...samples.run, config: { logfile: "latency_ms=.log" } },
    ];
    for (const record of records) {
      const line = encodeRecord(record);
      expect(line).not.toContain("latency_ms=");
      expect(decodeRecord(line)).toEqual(record);
    }
  });

  test("write error= only where an attempt of a request failed", () => {
    for (const record of Object.values(samples)) {
      expect(encodeRecord(record).includes(" error=")).toBe(record.kind === "attempt");
    }
  });

  test("keep a record on one line whatever a server wrote, without raw control characters", () => {
    const detail = "\u001b[2J\r\n\u0000\u0085\u009b\u2028end";
    const line = encodeRecord({ ...samples.attempt, detail });
    expect(line).not.toMatch(/[\p{Cc}\p{Zl}]/u);
    expect(decodeRecord(line)).toEqual({ ...samples.attempt, detail });
  });

  test("read spans exactly to the microsecond", () => {
    for (const latencyUs of [0, 1, 999, 1000, 1_000_001, 59_999_999, 2_147_483_647_001]) {
      expect(decodeRecord(encodeRecord({ ...samples.ok, latencyUs }))).toMatchObject({ latencyUs });
    }
    for (const spanUs of [0, 1, 999, 1e6 + 10, 2 ** 31 - 1, 2 ** 31, 5e12, -1, -1500, 0.5]) {
      expect(formatMs(spanUs)).toBe((spanUs / 1000).toFixed(3));
    }
    expect(formatMs(1)).toBe("0.001");
    expect(formatMs(4000)).toBe("4.000");
  });
});

describe("decodeRecord()", () => {
  test("ignores keys it does not know, so that newer ledgers stay readable", () => {
    const line = encodeRecord(samples.ok).replace(" t_us=", " colour=blue t_us=");
    expect(decodeRecord(line)).toEqual(samples.ok);
  });

  test.each([
    ["no known leading key", formatLine(tUs, [["colour", "blue"]])],
    ["a number that is none", encodeRecord(samples.ok).replace("=4.281", "=fast")],
    ["an empty number", encodeRecord(samples.ok).replace("=4.281", "=")],
    ["an instant before 1970", encodeRecord(samples.ok).replace(/t_us=/, "t_us=-")],
    [
      "an instant after 9999",
      encodeRecord(samples.ok).replace(/t_us=\d+/, "t_us=253402300800000000"),
    ],
    ["a missing key", encodeRecord(samples.tick).replace(/ scheduled=\d+/, "")],
    ["an outcome nobody knows", encodeRecord(samples.request).replace("indeterminate", "odd")],
    ["an outcome of a stream nobody knows", encodeRecord(samples.stream).replace("stopped", "odd")],
    ["a state nobody knows", encodeRecord(samples.replica).replace("suspect", "odd")],
    [
      "a truth value that is none",
      encodeRecord(samples.execution).replace("found=true", "found=1"),
    ],
  ])("refuses a line with %s", (_what, line) => {
    expect(decodeRecord(line)).toBeUndefined();
  });
});

describe("parseLine()", () => {
  const whole = encodeRecord(samples.attempt);

  test("refuses a line cut anywhere, as a killed writer leaves it, with the mark or without", () => {
    // Cut within the digits of t_us it still parses; the missing line end (reader) or the mark
    // tells.
    const tUsStart = whole.lastIndexOf("t_us=");
    for (let length = 0; length < whole.length; length++) {
      const cut = whole.slice(0, length);
      expect(parseLine(`${cut} torn=true`)).toBeUndefined();
      if (length <= tUsStart) expect(parseLine(cut)).toBeUndefined();
    }
    expect(parseLine(`${whole} torn=true`)).toBeUndefined();
  });

  test.each([
    "",
    "not a ledger line",
    "2026-11-22 21:35:00,123",
    "2026-11-22 21:35:00,123 word t_us=1",
    "2026-11-22 21:35:00,123 =value t_us=1",
    '2026-11-22 21:35:00,123 a="b"c t_us=1',
    '2026-11-22 21:35:00,123 a="\\x" t_us=1',
  ])("refuses %j", (line) => {
    expect(parseLine(line)).toBeUndefined();
  });

  test("keeps values that hold equals signs, quotes, backslashes and nothing", () => {
    const pairs = { a: "x=y", b: 'say "hi"', c: "C:\\x", d: "", e: "plain" };
    const line = formatLine(tUs, Object.entries(pairs));
    expect(Object.fromEntries(parseLine(line) ?? [])).toEqual({ ...pairs, t_us: String(tUs) });
  });
});

test("runOfRequest() undoes requestId() and streamId()", () => {
  expect(streamId("abc", 7)).toBe("abc-s7");
  expect(runOfRequest(streamId("abc", 7))).toBe("abc");
  expect(requestId("abc", 7)).toBe("abc-7");
  expect(runOfRequest("abc-7")).toBe("abc");
  expect(runOfRequest("")).toBe("");
});
