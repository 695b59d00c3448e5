/**
 * linux-ps.txt is captured (procps 4); macos-ps*.txt are transcribed by ps(1) of Apple's manual
 * pages, the Windows rows after the class Win32_Process in Microsoft's documentation.
 */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../base/clock.ts";
import { lineageOf } from "./lineage.ts";
import { parseProcStat } from "./proc-stat.ts";
import {
  formatCommand,
  formatCommandLine,
  formatProcess,
  type ProcessFacts,
  runsSameCommand,
} from "./process-facts.ts";
import { inspectProcesses, parentOf, stateOfProcess } from "./process-facts-linux.ts";
import { parsePs, parsePsPrograms } from "./ps.ts";
import { isSameCreation, parseWin32Parents, parseWin32Processes } from "./win32-process.ts";

const onLinux = process.platform === "linux";

function fixture(name: string): string {
  return readFileSync(join(import.meta.dir, "fixtures", name), "utf8");
}

describe("parseProcStat()", () => {
  test("reads the fields after a name that itself holds blanks and parentheses", () => {
    const text =
      "4242 (my (odd) na) S 17 4242 4242 34816 4242 4194304 1 2 3 4 5 6 7 8 20 0 9 0 187362 1 2\n";
    expect(parseProcStat(text)).toEqual({
      name: "my (odd) na",
      state: "S",
      parentPid: 17,
      processGroup: 4242,
      terminal: 34816,
      foregroundGroup: 4242,
      startTicks: "187362",
    });
  });

  test("refuses what is not a stat line", () => {
    for (const text of ["", "4242", "4242 (name", "4242 (name) S 1 2"]) {
      expect(parseProcStat(text)).toBeUndefined();
    }
  });
});

describe("parsePs()", () => {
  const macos = parsePs(fixture("macos-ps.txt"), parsePsPrograms(fixture("macos-ps-programs.txt")));

  test("reads macOS rows and leaves zombies out", () => {
    expect(macos.map(({ pid, state }) => [pid, state])).toEqual([
      [501, "running"],
      [611, "running"],
      [612, "stopped"],
      [613, "running"],
    ]);
  });

  test("reads program, command line, owner and start of a process in the foreground", () => {
    expect(macos[1]).toEqual({
      pid: 611,
      parentPid: 590,
      name: "dfs",
      executable: "/usr/local/bin/dfs",
      commandLine: "/usr/local/bin/dfs serve --port 50051",
      // 2026-11-22T21:35:00Z
      startedUs: 1_795_383_300_000_000,
      identity: "1795383300000000",
      uid: 501,
      user: "anna",
      state: "running",
      leadsForegroundJob: true,
    });
  });

  test("keeps blanks in programs and command lines, and pads of the day", () => {
    // 2026-11-08T09:05:07Z; a child in the foreground group of another leader does not lead it.
    expect(macos[2]).toMatchObject({
      name: "replica server",
      executable: "/Applications/Replica Server.app/Contents/MacOS/replica server",
      startedUs: 1_794_128_707_000_000,
      leadsForegroundJob: false,
    });
    expect(macos[3]).toMatchObject({ uid: 0, user: "root", leadsForegroundJob: false });
  });

  test("reads what ps of Linux prints for the same columns", () => {
    const linux = parsePs(fixture("linux-ps.txt"), new Map());
    expect(linux).toHaveLength(12);
    expect(linux.find(({ pid }) => pid === 8125)).toMatchObject({
      parentPid: 8123,
      uid: 65534,
      user: "nobody",
      commandLine: "/usr/bin/python3 world.py n",
      // 2026-11-23T00:19:48Z
      startedUs: 1_795_393_188_000_000,
    });
  });

  test("takes no words of a command line for columns, whatever they are", () => {
    const start = "Sun Nov 22 21:35:00 2026";
    const lines = [
      `  1     0     1    -1     0 Ss   ${start} root             /sbin/launchd`,
      "  7 7 T Z 0",
      `x   9     1     9     9   501 T    ${start} anna             /bin/x`,
      "p611",
      "n*:50051",
      "",
      `501     1   501    -1   501 Z    ${start} anna             (dfs)`,
    ];
    for (const [index, commandLine] of lines.entries()) {
      const pid = 700 + index;
      const row = `  ${pid}     1   ${pid}   ${pid}   501 S+   ${start} anna             ${commandLine}\n`;
      const [facts, ...more] = parsePs(row, parsePsPrograms(`  ${pid} /bin/a ${commandLine}\n`));
      expect(more).toEqual([]);
      expect(facts).toMatchObject({ pid, uid: 501, user: "anna", state: "running", parentPid: 1 });
      expect(facts?.commandLine).toBe(commandLine.trim());
    }
  });

  test("finds nothing in an error text", () => {
    expect(parsePs("ps: illegal argument\n", new Map())).toEqual([]);
  });
});

describe("parseWin32Processes()", () => {
  const processes = parseWin32Processes(fixture("windows-win32-process.json")) ?? [];

  test("reads command line, owner and start", () => {
    expect(processes[0]).toEqual({
      pid: 7792,
      parentPid: 5120,
      name: "dfs.exe",
      executable: "C:\\Tools\\dfs.exe",
      commandLine: '"C:\\Tools\\dfs.exe" serve --port 50051',
      // 134398569001234560 x 100 ns since 1601 = 2026-11-22T21:35:00.123456Z
      startedUs: 1_795_383_300_123_456,
      identity: "134398569001234560",
      uid: undefined,
      user: "anna",
      state: "running",
      leadsForegroundJob: false,
    });
  });

  test("calls a process stopped when every thread is suspended, not when some are", () => {
    expect(processes.map(({ pid, state }) => [pid, state])).toEqual([
      [7792, "running"],
      [7796, "stopped"],
      [4, "running"],
    ]);
  });

  test("bears a process of which Windows shows nothing", () => {
    expect(processes[2]).toMatchObject({ executable: "", commandLine: "", startedUs: undefined });
  });

  test("tells what is not its JSON", () => {
    expect(parseWin32Processes("Get-CimInstance : Access denied")).toBeUndefined();
    expect(parseWin32Parents("nonsense")).toBeUndefined();
    expect(parseWin32Processes("")).toEqual([]);
  });

  test("gives parents by pid", () => {
    const parents = parseWin32Parents(fixture("windows-win32-process.json"));
    expect(parents?.get(7796)?.parentPid).toBe(5120);
  });
});

describe("isSameCreation()", () => {
  const identity = "134398569001234560";
  const cases: readonly [string, bigint | undefined, string, boolean][] = [
    ["the same instant", 134398569001234560n, identity, true],
    ["the digit that CIM leaves out", 134398569001234567n, identity, true],
    ["a rounded microsecond", 134398569001234555n, identity, true],
    ["a later process of that pid", 134398569001334560n, identity, false],
    ["an earlier one", 134398568001234560n, identity, false],
    ["an instant that Windows does not tell", undefined, identity, true],
    ["a process whose creation was never told", 134398569001234560n, "", true],
  ];
  for (const [name, created, known, isSame] of cases) {
    test(`isSameCreation() says ${isSame} of ${name}`, () => {
      expect(isSameCreation(created, { identity: known })).toBe(isSame);
    });
  }
});

describe("lineageOf()", () => {
  const processes = new Map(
    [
      { pid: 40, parentPid: 30, startedUs: 400 },
      { pid: 30, parentPid: 20, startedUs: 300 },
      // 20 was given to a younger process after the parent of 30 had died.
      { pid: 20, parentPid: 1, startedUs: 350 },
      { pid: 7, parentPid: 6, startedUs: 70 },
      { pid: 6, parentPid: 1, startedUs: 60 },
      { pid: 1, parentPid: 0, startedUs: 0 },
    ].map((process) => [process.pid, process]),
  );

  test("climbs to the first process", () => {
    expect([...lineageOf(7, (pid) => processes.get(pid))]).toEqual([7, 6, 1]);
  });

  test("stops where a parent is younger than its child", () => {
    expect([...lineageOf(40, (pid) => processes.get(pid))]).toEqual([40, 30]);
  });

  test("stops at a parent that is not there any more, and in a ring", () => {
    expect([
      ...lineageOf(9, (pid) => (pid === 9 ? { pid, parentPid: 8, startedUs: 9 } : undefined)),
    ]).toEqual([9, 8]);
    expect([
      ...lineageOf(2, (pid) => ({ pid, parentPid: pid === 2 ? 3 : 2, startedUs: undefined })),
    ]).toEqual([2, 3]);
  });
});

const dfs: ProcessFacts = {
  pid: 7,
  parentPid: 1,
  name: "dfs",
  executable: "/usr/bin/dfs",
  commandLine: "dfs serve --port 50051",
  startedUs: 0,
  identity: "1",
  uid: 1000,
  user: "anna",
  state: "running",
  leadsForegroundJob: false,
};

describe("runsSameCommand()", () => {
  const rows: readonly [string, Partial<ProcessFacts>, boolean][] = [
    ["a restarted process", { pid: 8, identity: "2" }, true],
    ["other arguments", { commandLine: "dfs serve --port 50052" }, false],
    ["another program", { executable: "/usr/local/bin/dfs" }, false],
  ];
  for (const [name, change, same] of rows) {
    test(`runsSameCommand() says ${same} of ${name}`, () => {
      expect(runsSameCommand(dfs, { ...dfs, ...change })).toBe(same);
    });
  }

  test("runsSameCommand() says false where nothing is known of either", () => {
    const unknown = { ...dfs, executable: "", commandLine: "" };
    expect(runsSameCommand(unknown, unknown)).toBe(false);
  });
});

test.each([
  ["app --token=abc --port 5", "app --token=*** --port 5"],
  ["app --auth-token abc --port 5", "app --auth-token *** --port 5"],
  ['app --metadata "authorization: Bearer abc" x', 'app --metadata "authorization: Bearer ***" x'],
  ["DB_PASSWORD=abc app", "DB_PASSWORD=*** app"],
  ["app --api-key='a b' c", "app --api-key=*** c"],
  ["tokenizer serve --key server.key token.py", "tokenizer serve --key server.key token.py"],
])("formatCommand() hides what %s may keep secret", (commandLine, shown) => {
  expect(formatCommand({ ...dfs, commandLine })).toBe(shown);
});

test("formatProcess() and formatCommand() let no control character through", () => {
  expect(formatProcess({ ...dfs, name: "x\u001b[2J" })).toBe("x\\u001b[2J (pid 7)");
  expect(formatCommand({ ...dfs, commandLine: "a\u202eb\nc" })).toBe("a\\u202eb c");
  expect(formatCommand({ ...dfs, commandLine: "" })).toBe("?");
});

test("formatCommandLine() quotes words that hold blanks, and empty ones", () => {
  expect(formatCommandLine(["dfs", "--name", "a b", ""])).toBe('dfs --name "a b" ""');
});

describe.skipIf(!onLinux)("The facts of a live process (/proc, so Linux alone)", () => {
  test("inspectProcesses() describes this very process", () => {
    const facts = inspectProcesses([process.pid, 2 ** 22 + 1], systemClock);
    expect([...facts.keys()]).toEqual([process.pid]);
    const self = facts.get(process.pid);
    expect(self).toMatchObject({
      parentPid: process.ppid,
      executable: process.execPath,
      uid: process.getuid?.(),
      state: "running",
    });
    expect(self?.commandLine).toContain("test");
    // It started before now, and after this host booted at most a century ago.
    const ageUs = systemClock.nowUs() - (self?.startedUs ?? 0);
    expect(ageUs).toBeGreaterThan(0);
    expect(ageUs).toBeLessThan(3600e6);
  });

  test("stateOfProcess() calls another process under the same pid gone", () => {
    const identity = inspectProcesses([process.pid], systemClock).get(process.pid)?.identity ?? "";
    expect(stateOfProcess(process.pid, identity)).toBe("running");
    expect(stateOfProcess(process.pid, `${identity}0`)).toBe("gone");
  });

  test("lineageOf() finds our parent by parentOf()", () => {
    const lineage = lineageOf(process.pid, parentOf);
    expect(lineage.has(process.ppid)).toBe(true);
    expect(lineage.has(2 ** 22 + 1)).toBe(false);
  });
});
