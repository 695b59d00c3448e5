import { describe, expect, test } from "bun:test";
import type { Listener } from "./listener.ts";
import type { ProcessFacts } from "./process-facts.ts";
import { relevantPids, resolveTargets } from "./resolve-targets.ts";
import type { Situation } from "./situation.ts";

function listener(pid: number | undefined, port: number, address = "127.0.0.1"): Listener {
  return { protocol: "tcp", address, port, pid, uid: pid === undefined ? 0 : 1000 };
}

function facts(pid: number, change: Partial<ProcessFacts> = {}): ProcessFacts {
  return {
    pid,
    parentPid: 1,
    name: "dfs",
    executable: "/usr/bin/dfs",
    commandLine: "dfs serve",
    startedUs: 0,
    identity: String(pid),
    uid: 1000,
    user: "anna",
    state: "running",
    leadsForegroundJob: false,
    ...change,
  };
}

/** Port 50051, no narrowing; processes for every listener; we are 900, our shell is 800. */
function situation(listeners: readonly Listener[], change: Partial<Situation> = {}): Situation {
  const pids = listeners.flatMap(({ pid }) => pid ?? []);
  return {
    fault: "crash",
    port: 50051,
    addresses: undefined,
    pid: undefined,
    all: false,
    expect: undefined,
    force: false,
    parentOf: () => undefined,
    listeners,
    processes: new Map(pids.map((pid) => [pid, facts(pid)])),
    ownPid: 900,
    ownUid: 1000,
    lineage: new Set([900, 800, 1]),
    reserved: new Map([[1, "init"]]),
    ...change,
  };
}

function targetPids(given: Situation): number[] {
  const resolution = resolveTargets(given);
  if (resolution.kind === "refused") throw new Error(resolution.message);
  return resolution.targets.map(({ process }) => process.pid);
}

function refusal(given: Situation): { reason: string; message: string } {
  const resolution = resolveTargets(given);
  if (resolution.kind !== "refused") throw new Error("It was not refused");
  return resolution;
}

describe("resolveTargets() finds", () => {
  test("the one process that listens, with all its addresses", () => {
    const listeners = [listener(7, 50051), listener(7, 50051, "::1"), listener(8, 50052)];
    expect(resolveTargets(situation(listeners))).toEqual({
      kind: "targets",
      targets: [{ process: facts(7), addresses: ["127.0.0.1", "::1"] }],
      notices: [],
    });
  });

  test("the listener of the host asked for", () => {
    const listeners = [listener(7, 50051, "127.0.0.1"), listener(8, 50051, "::1")];
    expect(targetPids(situation(listeners, { addresses: ["::1"] }))).toEqual([8]);
    expect(targetPids(situation(listeners, { addresses: ["127.0.0.1"] }))).toEqual([7]);
  });

  test("the wildcard listener for any host of its family", () => {
    const dualStack = [listener(7, 50051, "::")];
    expect(targetPids(situation(dualStack, { addresses: ["127.0.0.1"] }))).toEqual([7]);
    const ipv4 = [listener(7, 50051, "0.0.0.0")];
    expect(targetPids(situation(ipv4, { addresses: ["192.168.1.20"] }))).toEqual([7]);
    expect(refusal(situation(ipv4, { addresses: ["::1"] })).reason).toBe("nothing-listens");
  });

  test("the owner asked for by pid among several", () => {
    const listeners = [listener(7, 50051), listener(8, 50051)];
    expect(targetPids(situation(listeners, { pid: 8 }))).toEqual([8]);
  });

  test("every owner with --all, each once", () => {
    const listeners = [listener(8, 50051), listener(7, 50051), listener(7, 50051, "::1")];
    expect(targetPids(situation(listeners, { all: true }))).toEqual([7, 8]);
  });

  test("the living owner when the other died since the look", () => {
    const listeners = [listener(7, 50051), listener(8, 50051)];
    const processes = new Map([[8, facts(8)]]);
    expect(targetPids(situation(listeners, { processes }))).toEqual([8]);
  });
});

describe("resolveTargets() refuses", () => {
  test("an empty port, with the nearest listeners and their processes", () => {
    // Distances 1, 9, 20051, 49971 and 15000: 22 is the farthest and left out.
    const listeners = [
      listener(2, 22),
      listener(9, 50060, "0.0.0.0"),
      listener(8, 50052, "::1"),
      listener(undefined, 30000),
      listener(6, 65051),
    ];
    const { reason, message } = refusal(situation(listeners));
    expect(reason).toBe("nothing-listens");
    expect(message).toBe(
      "Cannot crash the listener of port 50051 as nothing listens there; " +
        "the nearest listeners are [::1]:50052 of dfs (pid 8), 0.0.0.0:50060 of dfs (pid 9), " +
        "127.0.0.1:65051 of dfs (pid 6), 127.0.0.1:30000 of a process of uid 0",
    );
  });

  test("an empty port of a host without any listener", () => {
    expect(refusal(situation([])).message).toEndWith(
      "nothing listens there, nor on any other port",
    );
  });

  test("an owner that died since the look as an empty port", () => {
    const given = situation([listener(7, 50051)], { processes: new Map() });
    expect(refusal(given).reason).toBe("nothing-listens");
  });

  test("a host or pid that nothing matches, naming what has the port", () => {
    const given = situation([listener(7, 50051, "::1")], { addresses: ["127.0.0.1"] });
    expect(refusal(given).message).toEndWith(
      "nothing that matches listens there; that port has [::1]:50051 of dfs (pid 7)",
    );
    expect(refusal(situation([listener(7, 50051)], { pid: 8 })).reason).toBe("nothing-listens");
  });

  test("several owners, with the list, even siblings of one command", () => {
    const { reason, message } = refusal(
      situation([listener(7, 50051, "0.0.0.0"), listener(8, 50051, "0.0.0.0")]),
    );
    expect(reason).toBe("several-owners");
    expect(message).toContain("2 processes listen there (narrow with --host or --pid or hit all");
    expect(message).toContain("dfs (pid 7) at 0.0.0.0:50051, started as: dfs serve");
    expect(message).toContain("dfs (pid 8) at 0.0.0.0:50051");
  });

  test("one visible and one hidden owner, with --all too", () => {
    const listeners = [listener(7, 50051), listener(undefined, 50051, "0.0.0.0")];
    expect(refusal(situation(listeners)).reason).toBe("several-owners");
    expect(refusal(situation(listeners, { all: true })).reason).toBe("owner-not-visible");
  });

  test("a hidden owner, with its uid and what would help", () => {
    const hidden = situation([listener(undefined, 50051)]);
    const { reason, message } = refusal(hidden);
    expect(reason).toBe("owner-not-visible");
    expect(message).toContain(
      "it belongs to uid 0; run dfs as that user or with more rights (sudo",
    );
    // Root sees every process of its own namespace: sudo would not help.
    expect(refusal({ ...hidden, ownUid: 0 }).message).toContain("another container");
  });

  for (const [pid, what] of [
    [1, "pid 1 is init"],
    [900, "dfs (pid 900) is this very process"],
    [800, "dfs (pid 800) is an ancestor of dfs"],
  ] as const) {
    test(`process ${pid}: ${what}`, () => {
      const { reason, message } = refusal(situation([listener(pid, 50051)]));
      expect(reason).toBe("protected");
      expect(message).toEndWith(what);
    });
  }

  test("all of them with --all when one is protected", () => {
    const listeners = [listener(7, 50051), listener(800, 50051)];
    expect(refusal(situation(listeners, { all: true })).reason).toBe("protected");
  });

  test("to stall what is suspended already, but not to crash it", () => {
    const processes = new Map([[7, facts(7, { state: "stopped" })]]);
    const given = situation([listener(7, 50051)], { processes });
    expect(refusal({ ...given, fault: "stall" }).reason).toBe("already-stopped");
    expect(targetPids(given)).toEqual([7]);
  });
});

describe("relevantPids()", () => {
  test("names the owners of the port, or else those of its neighbours", () => {
    const listeners = [listener(8, 50052), listener(7, 50051), listener(undefined, 50053)];
    expect(relevantPids(situation(listeners))).toEqual([7]);
    expect(relevantPids(situation(listeners, { port: 50054 }))).toEqual([7, 8]);
    expect(relevantPids(situation(listeners, { addresses: ["::1"] }))).toEqual([7, 8]);
  });
});
