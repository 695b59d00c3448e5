import { afterAll, describe, expect, test } from "bun:test";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../base/clock.ts";
import { readLedger } from "../ledger/reader.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import { appendingTo, ServerLedger } from "./server-ledger.ts";

const dir = mkdtempSync(join(tmpdir(), "dfs-server-ledger-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const execution = {
  kind: "execution",
  tUs: 1_795_390_500_123_456,
  request: "k3-1",
  attempt: 1,
  code: "OK",
  durationUs: 1020,
  found: true,
  visited: 341,
} as const;

async function recordsOf(path: string): Promise<LedgerRecord[]> {
  const records: LedgerRecord[] = [];
  await readLedger(path, (record) => records.push(record));
  return records;
}

describe("ServerLedger", () => {
  test("frames executions by header and footer, the header first in any case", async () => {
    const path = join(dir, "framed.log");
    const config = { endpoint: "localhost:50051", started_by: "user" };
    const ledger = new ServerLedger(path, { config, clock: systemClock });
    ledger.append(execution);
    ledger.begin();
    expect(ledger.end("normal", { executed: "1" })).toBeUndefined();
    const { run } = ledger;
    expect(await recordsOf(path)).toMatchObject([
      { kind: "run", run, command: "serve", pid: process.pid, config },
      execution,
      { kind: "end", run, reason: "normal", totals: { executed: "1" } },
    ]);
  });

  test("leaves no file, and another's as it is, for a replica that never came to listen", () => {
    const path = join(dir, "never.log");
    const options = { config: {}, clock: systemClock };
    new ServerLedger(path, options).end("failed", {});
    expect(existsSync(path)).toBe(false);
    writeFileSync(path, "another's line");
    const { mtimeMs } = statSync(path);
    new ServerLedger(path, options).end("failed", {});
    expect(readFileSync(path, "utf8")).toBe("another's line");
    expect(statSync(path).mtimeMs).toBe(mtimeMs);
  });

  test("refuses a path that cannot be written before anything is served", () => {
    const file = join(dir, "a-file");
    writeFileSync(file, "");
    for (const path of [dir, join(dir, "no-such-folder", "x.log"), join(file, "x.log")]) {
      const open = () => new ServerLedger(path, { config: {}, clock: systemClock });
      expect(open).toThrow(`Cannot write the log file "${path}": `);
    }
  });

  // A device that is always full; only Linux has one.
  test.skipIf(process.platform !== "linux")(
    "tells once, and at once, that the disk is full, and at the end how much was lost",
    () => {
      const told: string[] = [];
      const ledger = new ServerLedger("/dev/full", {
        config: {},
        clock: systemClock,
        onFailure: (failure) => told.push(failure),
      });
      ledger.begin();
      const enospc = 'Cannot write the log file "/dev/full": ENOSPC';
      expect(told).toEqual([expect.stringContaining(enospc)]);
      ledger.append(execution);
      // Header, execution, footer.
      expect(ledger.end("normal", {})).toStartWith("3 records could not be written to /dev/full");
      expect(told).toHaveLength(1);
    },
  );

  test("counts what was executed before a file that could not be opened after all", () => {
    const folder = join(dir, "soon-gone");
    mkdirSync(folder);
    const path = join(folder, "x.log");
    const ledger = new ServerLedger(path, { config: {}, clock: systemClock });
    rmdirSync(folder);
    ledger.append(execution);
    expect(() => ledger.begin()).toThrow(`Cannot write the log file "${path}": `);
    expect(ledger.end("failed", {})).toBe(`1 record could not be written to ${path}`);
  });

  test("keeps no file when asked for none", () => {
    const ledger = new ServerLedger(undefined, { config: {}, clock: systemClock });
    ledger.append(execution);
    expect(ledger.end("normal", {})).toBeUndefined();
    expect(existsSync(join(dir, "undefined"))).toBe(false);
  });
});

describe("appendingTo()", () => {
  test("ends the line that a killed replica left torn before it adds its own", async () => {
    const path = join(dir, "torn.log");
    appendFileSync(path, "2026-11-22 21:35:00,123 request_ts=2026-11-22T21:3");
    const restart = {
      kind: "restart",
      tUs: 1_795_390_502_000_000,
      run: "run1",
      endpoint: "localhost:50051",
      by: "supervisor",
      pid: 1240,
      after: "SIGKILL",
    } as const;
    appendingTo(path, systemClock).append(restart);
    expect(await recordsOf(path)).toEqual([restart]);
  });

  test("tells of a record that is lost instead of throwing", () => {
    const path = join(dir, "no-such-folder", "x.log");
    const told: string[] = [];
    appendingTo(path, systemClock, (failure) => told.push(failure)).append(execution);
    expect(told).toEqual([expect.stringContaining(`Cannot write the log file "${path}"`)]);
  });
});
