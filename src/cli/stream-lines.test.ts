import { expect, test } from "bun:test";
import type { GapRecord, StreamRecord } from "../ledger/record.ts";
import type { Standstill } from "../load/stream-load.ts";
import { type StreamLineDetail, StreamLines } from "./stream-lines.ts";

const tUs = new Date(2026, 10, 22, 21, 35, 0).getTime() * 1000;

const gap: GapRecord = {
  ...{ kind: "gap", tUs, stream: "r-s2", gapUs: 34_100, items: 512_000, error: "UNAVAILABLE" },
  ...{ from: "localhost:50051", to: "localhost:50052", detail: "" },
};

const stream: StreamRecord = {
  ...{ kind: "stream", tUs, stream: "r-s2", outcome: "ok", endpoint: "localhost:50052" },
  ...{ attempts: 1, elapsedUs: 2_000_000, items: 1_000_000, detail: "" },
};

const moving: Standstill = { failedAttempts: 0, heldUpBy: [] };
const held: Standstill = {
  failedAttempts: 5,
  heldUpBy: ["RESOURCE_EXHAUSTED", "RESOURCE_EXHAUSTED"],
};

function linesOf(detail: StreamLineDetail, act: (lines: StreamLines) => void): readonly string[] {
  const printed: string[] = [];
  act(new StreamLines(detail, (line) => printed.push(Bun.stripANSI(line))));
  return printed;
}

test("StreamLines tells each gap and each end", () => {
  const lines = linesOf("events", (each) => {
    each.onGap(2, gap);
    each.onStreamEnded(2, { ...stream, attempts: 2 });
    each.onStreamEnded(3, { ...stream, outcome: "stopped", items: 4 });
    each.onStreamEnded(4, { ...stream, outcome: "wrong", items: 5, detail: "a\u001b[2Jb" });
    each.onStreamEnded(5, { ...stream, outcome: "failed", endpoint: "", items: 0, detail: "why" });
    each.onFlow({ kind: "flow", tUs, run: "r", second: 1, open: 1, items: 9 }, moving);
  });
  expect(lines).toEqual([
    "[21:35:00] ↻ Stream #2: 34.1ms gap after 512,000 vertices, localhost:50051 UNAVAILABLE → localhost:50052",
    "[21:35:00] ✓ Stream #2 → localhost:50052 complete (1,000,000 vertices in 2.00s, 500,000/s, 2 attempts)",
    "[21:35:00] ■ Stream #3 → localhost:50052 stopped after 4 vertices",
    expect.stringMatching(/✗ Stream #4 → localhost:50052 WRONG after 5 vertices: a\P{Cc}*b$/u),
    "[21:35:00] ✗ Stream #5 FAILED after 0 vertices: why",
  ]);
});

test("StreamLines sums a second up, and says how many lines it left out", () => {
  const lines = linesOf("seconds", (each) => {
    for (let number = 1; number <= 25; number++) each.onStreamEnded(number, stream);
    each.onGap(26, gap);
    each.onFlow({ kind: "flow", tUs, run: "r", second: 1, open: 2, items: 25_000_000 }, moving);
    each.onFlow({ kind: "flow", tUs, run: "r", second: 2, open: 2, items: 0 }, held);
  });
  expect(lines).toHaveLength(24);
  expect(lines.slice(20)).toEqual([
    expect.stringContaining("↻ Stream #26: 34.1ms gap"),
    "[21:35:00]   ... and 5 more such lines",
    "[21:35:00] ✓ Second 1: 25,000,000 vertices, 2 streams open, 25 ended, 1 gaps",
    "[21:35:00] … Second 2: 0 vertices, 2 streams open, 5 attempts failed, 2 stand still (RESOURCE_EXHAUSTED)",
  ]);
});
