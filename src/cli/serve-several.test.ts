import { describe, expect, test } from "bun:test";
import { supervisorEventText } from "./serve-several.ts";

describe("supervisorEventText()", () => {
  const replica = { endpoint: { host: "localhost", port: 50052 }, port: 50052 };
  const config = { logfileOf: (port: number) => `server_${port}.log` };

  test("says where, what and with which process a replica serves, and what it replaces", () => {
    const started = { ...replica, kind: "started", pid: 1234, graph: "modular:50000" } as const;
    const line = "replica localhost:50052 serving modular:50000 (pid 1234), log server_50052.log";
    expect(supervisorEventText(started, config)).toBe(line);
    expect(supervisorEventText({ ...started, after: "SIGKILL" }, config)).toBe(
      `${line}; started again after SIGKILL`,
    );
  });

  test("says with what a replica died, and tells a clean end from a death", () => {
    const exited = { ...replica, kind: "exited", pid: 1234 } as const;
    const rows = [
      [{ kind: "signal", signal: "SIGKILL" }, "died: SIGKILL"],
      [{ kind: "status", status: 5 }, "died: status 5"],
      [{ kind: "status", status: 0 }, "ended: status 0"],
    ] as const;
    for (const [end, words] of rows) {
      expect(supervisorEventText({ ...exited, end }, config)).toBe(
        `replica localhost:50052 (pid 1234) ${words}`,
      );
    }
  });

  test("says when a replica will be started again", () => {
    const restarting = { ...replica, kind: "restarting", delayMs: 2000 } as const;
    expect(supervisorEventText(restarting, config)).toBe(
      "replica localhost:50052 will be started again in 2s",
    );
  });
});
