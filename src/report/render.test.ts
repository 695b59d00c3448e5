import { describe, expect, test } from "bun:test";
import {
  attemptLine,
  executionLine,
  type Files,
  faultHeader,
  faultLine,
  loadFooter,
  loadHeader,
  okLine,
  reportOf,
  serverHeader,
} from "../../tests/support/ledger-lines.ts";
import { renderJson } from "./render-json.ts";
import { renderText } from "./render-text.ts";

const b = "localhost:50052";
const plain = { color: false, width: 100 };
const esc = "\u001b";

const files: Files = {
  "client.log": [
    loadHeader(0),
    okLine(4, 1),
    attemptLine(1002, 2),
    okLine(1010, 2, { endpoint: b, latencyMs: 10.123, attempts: 2 }),
    okLine(2004, 3),
    loadFooter(4000, { scheduled: 3, ok: 3 }),
    "torn",
  ],
  "server_50051.log": [
    serverHeader(-9, { run: "s1", port: 50051 }),
    executionLine(2, 1),
    executionLine(1001, 2),
    serverHeader(1500, { run: "s2", port: 50051, pid: 201, by: "supervisor" }),
    executionLine(2002, 3),
  ],
  "server_50052.log": [serverHeader(-9, { run: "s3", port: 50052 }), executionLine(1005, 2)],
  "fault.log": [faultHeader(0, { run: "f" }), faultLine(1000, { run: "f", port: 50051 })],
};

describe("renderText()", () => {
  const text = renderText(reportOf(files), plain);

  test("ends with the verdict and why", () => {
    expect(text.split("\n").at(-1)).toBe("VERIFIED (run r): every criterion is met");
    const cut = [loadHeader(0), okLine(4, 1), loadFooter(9, { scheduled: 1, ok: 1, held_ms: 9 })];
    const wide = renderText(reportOf({ "client.log": cut }), { color: false, width: 300 });
    expect(wide.split("\n").at(-1)).toBe(
      "NOT VERIFIED (run r): full duration held: ended after 9ms",
    );
  });

  test("shows every figure with its unit", () => {
    for (const part of [
      "client.log: 6 records (client), 1 lines skipped (torn or foreign)",
      "scheduled 3, ok 3, wrong 0, failed 0 (not sent 0), indeterminate 0, no outcome 0",
      "lost 0 (scheduled, did not end ok), success rate 100.00 %",
      "attempts 4: 1 failed, 0 answered late; 1 requests took more than one",
      "min 1, mean 1.00, max 1 over 3 seconds",
      "10.123ms",
      "1 UNAVAILABLE",
      "1 requests affected, 1 recovered: p50 8.00ms, worst 8.00ms",
      "4 executions, 0 refusals; 1 requests executed more than once",
      "r-2: 2 times, on localhost:50051, localhost:50052",
      "localhost:50051 started by supervisor (pid 201)",
      "its clock minus the client's is within",
    ]) {
      expect(text).toContain(part);
    }
    // Begin, its length, detection 2 ms, failover 10 ms, rejoin 1004 ms, recovery 8 ms, one
    // request, none lost.
    expect(text).toMatch(
      /:50051 +crash +\d\d:35:01 +1\.004s +2\.00ms +10\.00ms +1\.004s +8\.00ms +1 +0\n/,
    );
  });

  test("keeps within the width, in sentences at least", () => {
    const narrow = renderText(reportOf(files), { color: false, width: 60 });
    const sentences = narrow.split("\n").filter((each) => !/ {3,}|^ +localhost/.test(each));
    expect(sentences.length).toBeGreaterThan(20);
    expect(sentences.filter((each) => each.length > 60 && each.includes(" and "))).toEqual([]);
  });

  test("colours only when asked to", () => {
    expect(text).not.toContain(esc);
    const coloured = renderText(reportOf(files), { color: true, width: 100 });
    expect(coloured).toContain(`${esc}[1;32mVERIFIED (run r): every criterion is met${esc}[0m`);
    expect(Bun.stripANSI(coloured)).toBe(text);
  });

  test("prints all runs of --run all, the newest last", () => {
    const two = [loadHeader(-9000, { run: "older" }), okLine(-8000, 1, { run: "older" })];
    const all = renderText(reportOf({ ...files, "old.log": two }, "all"), plain);
    expect(all.indexOf("(run older)")).toBeGreaterThan(0);
    expect(all.indexOf("(run older)")).toBeLessThan(all.indexOf("(run r)"));
    const newest = renderText(reportOf({ ...files, "old.log": two }), plain);
    expect(newest).toContain(
      "not reported, take --run ID or --run all: older (2026-11-22 21:34:51)",
    );
  });
});

describe("hostile logs", () => {
  const evil = `${esc}[2J${esc}]0;owned\u0007\u009b31m\u202e\r\nVERIFIED`;
  const quoted = JSON.stringify(evil);
  const hostile = reportOf({
    [`dir/${evil}.log`]: [
      loadHeader(0, { replicas: quoted, host: quoted }),
      okLine(4, 1, { endpoint: quoted }),
      attemptLine(1002, 2, { endpoint: quoted, error: quoted }),
      loadFooter(4000, { scheduled: 2, ok: 1 }, { reason: quoted }),
    ],
    "server.log": [serverHeader(1000, { run: "s1", port: 50051, by: quoted, host: quoted })],
    "fault.log": [faultHeader(0, { run: quoted }), faultLine(1000, { run: quoted, port: 1 })],
  });

  test("write no control character to the terminal, and forge no line", () => {
    const text = renderText(hostile, plain);
    expect(text).toContain("owned");
    expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(text.split("\n").filter((each) => each.startsWith("VERIFIED"))).toEqual([]);
  });

  test("write none in JSON either, and it still parses to the same report", () => {
    const json = renderJson(hostile);
    expect(json.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(hostile)));
    expect(json).toContain("owned");
  });
});

test("renderJson() keeps every key, null where nothing is known", () => {
  const report = reportOf({ "client.log": [loadHeader(0), loadFooter(4000, {})] });
  const parsed = JSON.parse(renderJson(report));
  expect(parsed).toEqual(report);
  expect(parsed.schemaVersion).toBe(1);
  expect(parsed.reports[0].latency.ok.p95Ms).toBeNull();
  expect(parsed.reports[0].duration.heldMs).toBe(4000);
});
