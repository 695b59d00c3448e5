import { describe, expect, test } from "bun:test";
import type { ProcessEnd } from "./process-end.ts";
import { decideRestart, type RestartMode } from "./restart-policy.ts";

const killed: ProcessEnd = { kind: "signal", signal: "SIGKILL" };
const portTaken: ProcessEnd = { kind: "status", status: 5 };
const clean: ProcessEnd = { kind: "status", status: 0 };

describe("decideRestart()", () => {
  const rows: readonly {
    name: string;
    mode?: RestartMode;
    delayMs?: number;
    end: ProcessEnd;
    ranMs: number;
    earlier: number;
    pauseMs: number | undefined;
    crashCount?: number;
  }[] = [
    {
      name: "the first crash: the delay as asked",
      end: killed,
      ranMs: 500,
      earlier: 0,
      pauseMs: 2000,
    },
    // 2000 * 2^1, 2000 * 2^2.
    { name: "the second in a row: doubled", end: killed, ranMs: 500, earlier: 1, pauseMs: 4000 },
    { name: "the third in a row: doubled again", end: killed, ranMs: 0, earlier: 2, pauseMs: 8000 },
    // 2000 * 2^5 = 64000 is above 60000.
    { name: "the sixth in a row: bounded", end: killed, ranMs: 0, earlier: 5, pauseMs: 60_000 },
    {
      name: "the 2000th in a row: still bounded",
      end: killed,
      ranMs: 0,
      earlier: 1999,
      pauseMs: 60_000,
    },
    {
      name: "a crash after a stable while: from the start",
      end: killed,
      ranMs: 10_000,
      earlier: 5,
      pauseMs: 2000,
      crashCount: 1,
    },
    {
      name: "a start that failed: as a crash",
      end: portTaken,
      ranMs: 0,
      earlier: 1,
      pauseMs: 4000,
    },
    { name: "a clean end: left", end: clean, ranMs: 500, earlier: 0, pauseMs: undefined },
    {
      name: "mode never: left",
      mode: "never",
      end: killed,
      ranMs: 500,
      earlier: 0,
      pauseMs: undefined,
    },
    {
      name: "delay 0, first crash: at once",
      delayMs: 0,
      end: killed,
      ranMs: 1,
      earlier: 0,
      pauseMs: 0,
    },
    // 250 * 2^1.
    {
      name: "delay 0, second crash: a pause",
      delayMs: 0,
      end: killed,
      ranMs: 1,
      earlier: 1,
      pauseMs: 500,
    },
    {
      name: "a delay above the bound: never shortened",
      delayMs: 90_000,
      end: killed,
      ranMs: 1,
      earlier: 3,
      pauseMs: 90_000,
    },
  ];

  for (const row of rows) {
    test(`answers ${row.name}`, () => {
      const decision = decideRestart({
        mode: row.mode ?? "on-crash",
        delayMs: row.delayMs ?? 2000,
        end: row.end,
        ranMs: row.ranMs,
        earlierCrashCount: row.earlier,
      });
      const crashCount = row.crashCount ?? row.earlier + 1;
      expect(decision).toEqual(
        row.pauseMs === undefined
          ? { restart: false }
          : { restart: true, delayMs: row.pauseMs, crashCount },
      );
    });
  }
});
