import { describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { tempDir } from "../../tests/support/temp-dir.ts";
import { LedgerCollector } from "./ledger-collector.ts";
import { defaultLedgerPatterns, findLedgerFiles } from "./ledger-files.ts";
import { readLedgers } from "./read-ledgers.ts";

describe("findLedgerFiles()", () => {
  test("finds what dfs writes by default, and names what is not there", () => {
    using dir = tempDir();
    for (const name of ["client.log", "server_2.log", "server_1.log", "other.log"]) {
      writeFileSync(dir.file(name), "");
    }
    expect(findLedgerFiles(defaultLedgerPatterns, dir.path)).toEqual({
      paths: ["client.log", "server_1.log", "server_2.log"],
      missing: ["fault.log"],
    });
  });

  test("takes each file once, however often and by whatever name it is given", () => {
    using dir = tempDir();
    writeFileSync(dir.file("client.log"), "");
    symlinkSync(dir.file("client.log"), dir.file("again.log"));
    const names = ["client.log", "./client.log", dir.file("client.log"), "again.log", "*.log"];
    expect(findLedgerFiles(names, dir.path)).toEqual({ paths: ["client.log"], missing: [] });
  });

  test("takes a name with a star as it is when there is such a file", () => {
    using dir = tempDir();
    writeFileSync(dir.file("a[1].log"), "");
    expect(findLedgerFiles(["a[1].log", "b*.log"], dir.path)).toEqual({
      paths: ["a[1].log"],
      missing: ["b*.log"],
    });
  });
});

describe("findLedgerFiles() of what is no regular file", () => {
  const rule = "Cannot report as a log file must be a regular file, and";

  test("refuses devices and directories, by name or by pattern, without reading them", () => {
    using dir = tempDir();
    mkdirSync(dir.file("server_1.log"));
    const refused = (...patterns: string[]) => expect(() => findLedgerFiles(patterns, dir.path));
    refused("server_1.log").toThrow(`${rule} server_1.log is a directory`);
    refused(...defaultLedgerPatterns).toThrow(`${rule} server_1.log is a directory`);
    if (process.platform === "win32") return;
    refused("/dev/zero").toThrow(`${rule} /dev/zero is a device`);
    refused("/dev/null").toThrow(`${rule} /dev/null is a device`);
    symlinkSync("/dev/zero", dir.file("client.log"));
    refused("client.log").toThrow(`${rule} client.log is a device`);
  });

  test("leaves out a link to nothing that a pattern matches", () => {
    using dir = tempDir();
    symlinkSync(dir.file("gone"), dir.file("server_1.log"));
    expect(findLedgerFiles(["server_*.log"], dir.path)).toEqual({
      paths: [],
      missing: ["server_*.log"],
    });
  });
});

test("readLedgers() counts torn, foreign and unfinished lines file by file", async () => {
  using dir = tempDir();
  const request =
    "request_ts=2026-11-22T21:35:00.000Z latency_ms=0.500 code=OK found=true visited=3";
  const good = `2026-11-22 21:35:00,000 ${request} request=r-1 attempt=1 t_us=1795383300000000`;
  writeFileSync(dir.file("a.log"), `${good}\r\nhello\n${good.slice(0, 50)} torn=true\n${good}`);
  writeFileSync(dir.file("b.log"), "");
  const ledger = new LedgerCollector();
  await readLedgers([dir.file("a.log"), dir.file("b.log")], ledger);
  expect(ledger.sources.map((source) => [source.skippedLineCount, source.recordCounts])).toEqual([
    [3, new Map([["execution", 1]])],
    [0, new Map()],
  ]);
  await expect(readLedgers([dir.file("none.log")], ledger)).rejects.toThrow("Cannot read the log");
});
