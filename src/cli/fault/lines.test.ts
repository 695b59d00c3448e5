import { describe, expect, test } from "bun:test";
import { localTimeOfDay, localTimestamp } from "../../base/local-time.ts";
import type { FaultEvent } from "../../fault/fault-event.ts";
import type { Target } from "../../fault/target.ts";
import { faultEventLine } from "./lines.ts";

// 2026-11-22T21:35:15.250Z, shown in the zone of whoever runs this.
const tUs = 1_795_383_315_250_000;
const time = `[${localTimeOfDay(tUs)}]`;
const target: Target = {
  process: {
    pid: 1234,
    parentPid: 1,
    name: "dfs",
    executable: "/usr/bin/dfs",
    commandLine: "dfs serve --port 50051",
    startedUs: tUs - 60e6,
    identity: "1",
    uid: 1000,
    user: "anna",
    state: "running",
    leadsForegroundJob: false,
  },
  addresses: ["127.0.0.1", "::1"],
};
const crash = { tUs, fault: "crash", port: 50051, target } as const;
const drain = { tUs, fault: "drain", port: 50053, target } as const;
const restart = { tUs, fault: "restart", port: 50054, process: target.process } as const;
const stall = { tUs, fault: "stall", port: 50052, target } as const;

describe("faultEventLine()", () => {
  const rows: readonly [FaultEvent, string][] = [
    [
      { kind: "injected", ...crash, signal: "SIGKILL" },
      "CRASH INJECTED: killed dfs (pid 1234) on port 50051",
    ],
    [
      { kind: "injected", ...crash, signal: "SIGTERM" },
      "CRASH INJECTED: killed dfs (pid 1234) on port 50051 by SIGTERM",
    ],
    [
      { kind: "asked", ...drain, withinMs: 30_000 },
      "DRAIN STARTED: asked dfs (pid 1234) on port 50053 to end (SIGTERM), within 30s",
    ],
    [
      { kind: "port-closed", ...drain, closedAfterMs: 12.3 },
      "PORT CLOSED: dfs (pid 1234) on port 50053 takes no connections since 12ms after SIGTERM",
    ],
    [
      { kind: "drained", ...drain, endedAfterMs: 2512, closedAfterMs: 12 },
      "DRAINED: dfs (pid 1234) on port 50053 ended 2.512s after SIGTERM; " +
        "its port had closed 2.5s before",
    ],
    [
      // So short before its end it closed because of it.
      { kind: "drained", ...drain, endedAfterMs: 25, closedAfterMs: 12 },
      "DRAINED: dfs (pid 1234) on port 50053 ended 25ms after SIGTERM; " +
        "its port closed as it ended",
    ],
    [
      { kind: "restarted", ...restart, by: "us", downMs: 1240, outputs: ["a.log", "b.log"] },
      "RESTARTED: dfs (pid 1234) serves port 50054 after 1.2s; its output goes to a.log and b.log",
    ],
    [
      { kind: "restarted", ...restart, by: "others", downMs: 1240, outputs: [] },
      "RESTARTED BY OTHERS: dfs (pid 1234) serves port 50054 after 1.2s; " +
        "dfs started none beside it",
    ],
    [
      { kind: "started", ...stall, durationMs: 10_000 },
      "STALL STARTED: suspended dfs (pid 1234) on port 50052 for 10s",
    ],
    [
      // 10.04 s shows as 10.0 s.
      { kind: "recovered", ...stall, stalledMs: 10_040 },
      "RECOVERY: resumed dfs (pid 1234) on port 50052 after 10.0s",
    ],
    [
      { kind: "target-gone", ...stall, stalledMs: 2500 },
      "TARGET GONE: dfs (pid 1234) on port 50052 died while suspended, after 2.5s",
    ],
  ];
  for (const [event, line] of rows) {
    test(`faultEventLine() writes "${line}"`, () => {
      expect(faultEventLine(event)).toBe(`${time} ${line}`);
    });
  }

  test("faultEventLine() shows a target with its addresses, start and command, a line each", () => {
    const started = localTimestamp(tUs - 60e6).slice(0, "YYYY-MM-DD HH:MM:SS".length);
    const line =
      `${time} TARGET: dfs (pid 1234) on port 50051 at 127.0.0.1 and ::1, ` +
      `started ${started}, command: dfs serve --port 50051`;
    const event = { kind: "resolved", tUs, fault: "crash", port: 50051 } as const;
    expect(faultEventLine({ ...event, targets: [target] })).toBe(line);
    expect(faultEventLine({ ...event, targets: [target, target] })).toBe(`${line}\n${line}`);
  });

  test("faultEventLine() shows no control characters of a foreign command line", () => {
    const process = { ...target.process, commandLine: "x\u001b[2J\u202e", startedUs: undefined };
    const targets = [{ process, addresses: ["::1"] }];
    const line = faultEventLine({ kind: "resolved", tUs, fault: "crash", port: 1, targets });
    expect(line).toEndWith("at ::1, started ?, command: x\\u001b[2J\\u202e");
  });

  test("faultEventLine() gives a warning as it is", () => {
    const event = {
      kind: "warned",
      tUs,
      fault: "stall",
      port: 1,
      reason: "resumed-by-others",
    } as const;
    expect(faultEventLine({ ...event, message: "mind it" })).toBe("mind it");
  });
});
