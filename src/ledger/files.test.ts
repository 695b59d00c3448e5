import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import { encodeRecord } from "./encode.ts";
import { readLedger } from "./reader.ts";
import type { LedgerRecord } from "./record.ts";
import { LedgerWriter } from "./writer.ts";

let dir: string;
let path: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "dfs-ledger-"));
  path = join(dir, "client.log");
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

const tUs = new Date(2026, 10, 22, 21, 35, 0).getTime() * 1000;

function ok(number: number): LedgerRecord {
  return {
    ...{ kind: "ok", tUs: tUs + number, request: `run-${number}`, endpoint: "localhost:50051" },
    ...{ latencyUs: 4000, lagUs: 0, serviceUs: 4000, attempts: 1 },
  };
}

function write(...numbers: readonly number[]): void {
  const writer = LedgerWriter.open(path, { flush: "each" });
  for (const number of numbers) writer.append(ok(number));
  writer.close();
}

async function read(): Promise<{ requests: string[]; skippedLineCount: number }> {
  const requests: string[] = [];
  const { recordCount, skippedLineCount } = await readLedger(path, (record) => {
    if (record.kind === "ok") requests.push(record.request);
  });
  expect(recordCount).toBe(requests.length);
  return { requests, skippedLineCount };
}

describe("LedgerWriter", () => {
  test("appends to what is there, never truncates it", async () => {
    write(1, 2);
    write(3);
    expect(await read()).toEqual({ requests: ["run-1", "run-2", "run-3"], skippedLineCount: 0 });
  });

  test("ends a line that a killed predecessor left torn, and nothing of its own is lost", async () => {
    write(1, 2);
    const whole = readFileSync(path, "utf8");
    for (const cutCount of [1, 2, 10, 40, encodeRecord(ok(2)).length]) {
      writeFileSync(path, whole.slice(0, -cutCount));
      write(3);
      expect(await read()).toEqual({ requests: ["run-1", "run-3"], skippedLineCount: 1 });
    }
  });

  test("flush each: the file holds a record when append() returns", () => {
    const writer = LedgerWriter.open(path, { flush: "each" });
    writer.append(ok(1));
    expect(readFileSync(path, "utf8")).toBe(`${encodeRecord(ok(1))}\n`);
    writer.close();
  });

  test("flush batched: one write for the records of a period, one timer at a time", () => {
    const timers: { delayMs: number; action: () => void }[] = [];
    const clock: Clock = {
      nowUs: () => tUs,
      after(delayMs, action) {
        timers.push({ delayMs, action });
        return () => undefined;
      },
    };
    const writer = LedgerWriter.open(path, { flush: "batched", clock });
    writer.append(ok(1));
    writer.append(ok(2));
    expect(timers.map(({ delayMs }) => delayMs)).toEqual([limits.ledgerFlushMs]);
    expect(readFileSync(path, "utf8")).toBe("");
    timers[0]?.action();
    expect(readFileSync(path, "utf8")).toBe(`${encodeRecord(ok(1))}\n${encodeRecord(ok(2))}\n`);
    writer.append(ok(3));
    expect(timers).toHaveLength(2);
    writer.close();
    expect(readFileSync(path, "utf8")).toEndWith(`${encodeRecord(ok(3))}\n`);
  });

  test("promises to lose at most half a second when killed", () => {
    expect(limits.ledgerFlushMs).toBeLessThan(500);
  });

  test("refuses a path it cannot write with the path and the reason", () => {
    const open = () => LedgerWriter.open(join(dir, "no", "such.log"), { flush: "each" });
    expect(open).toThrow(/^Cannot write the log file ".*such\.log": ENOENT/);
  });

  test.skipIf(process.platform !== "linux")(
    "counts what a full disk refuses, says why, and goes on",
    () => {
      const told: string[] = [];
      const onFailure = (failure: string) => told.push(failure);
      const writer = LedgerWriter.open("/dev/full", { flush: "each", onFailure });
      writer.append(ok(1));
      expect(told).toEqual([
        expect.stringMatching(/^Cannot write the log file "\/dev\/full": ENOSPC/),
      ]);
      writer.append(ok(2));
      writer.close();
      expect(told).toHaveLength(1);
      expect(writer.lostRecordCount).toBe(2);
      expect(writer.failure).toContain("ENOSPC");
    },
  );
});

describe("readLedger()", () => {
  test("skips and counts torn, foreign and unfinished lines, and no empty ones", async () => {
    write(1);
    appendFileSync(path, "\nhello\n2026-11-22 21:35:00,000 endpoint=a torn=true\n");
    write(2);
    appendFileSync(path, encodeRecord(ok(3)));
    expect(await read()).toEqual({ requests: ["run-1", "run-2"], skippedLineCount: 3 });
  });

  test("reads lines that end in carriage return and line feed", async () => {
    writeFileSync(path, `${encodeRecord(ok(1))}\r\n${encodeRecord(ok(2))}\r\n`);
    expect(await read()).toEqual({ requests: ["run-1", "run-2"], skippedLineCount: 0 });
  });

  test("reads a file larger than one chunk, characters of several bytes on the seams", async () => {
    const attempt: LedgerRecord = {
      ...{ kind: "attempt", tUs, request: "run-1", endpoint: "localhost:50051", attempt: 1 },
      ...{ error: "UNAVAILABLE", ended: "failed", serviceUs: 1, detail: "→".repeat(1000) },
    };
    // 1000 x 3 bytes and some keys each: 2000 lines are above 6 MB.
    writeFileSync(path, `${encodeRecord(attempt)}\n`.repeat(2000));
    let same = 0;
    const stats = await readLedger(path, (record) => {
      if (record.kind === "attempt" && record.detail === attempt.detail) same++;
    });
    expect({ same, ...stats }).toEqual({ same: 2000, recordCount: 2000, skippedLineCount: 0 });
  });

  test("reads an empty file as nothing", async () => {
    writeFileSync(path, "");
    expect(await read()).toEqual({ requests: [], skippedLineCount: 0 });
  });

  test("says which file it cannot read and why", async () => {
    const reading = readLedger(join(dir, "none.log"), () => undefined);
    await expect(reading).rejects.toThrow(/^Cannot read the log file ".*none\.log": /);
  });

  test("does not blame the file for an error of its caller", async () => {
    write(1);
    const reading = readLedger(path, () => {
      throw new Error("a bug");
    });
    await expect(reading).rejects.toThrow(/^a bug$/);
  });
});
