/** The tables of what may be hit: who owns the port, and what is said of it. */
import { describe, expect, test } from "bun:test";
import type { Listener } from "./listener.ts";
import type { ProcessFacts } from "./process-facts.ts";
import { resolveTargets } from "./resolve-targets.ts";
import type { Resolution, Situation } from "./situation.ts";

const port = 50051;

function facts(pid: number, change: Partial<ProcessFacts> = {}): ProcessFacts {
  const name = change.name ?? "dfs";
  return {
    ...{ pid, parentPid: 1, name, executable: `/usr/bin/${name}`, commandLine: `${name} serve` },
    ...{ startedUs: 0, identity: String(pid), uid: 1000, user: "anna", state: "running" },
    leadsForegroundJob: false,
    ...change,
  };
}

/** `processes` all listen on the port; we are 900, a child of 800. */
function resolve(
  processes: readonly ProcessFacts[],
  change: Partial<Situation> = {},
  elsewhere: readonly (readonly [process: ProcessFacts, port: number])[] = [],
): Resolution {
  const rows = [...processes.map((process) => [process, port] as const), ...elsewhere];
  const listeners = rows.map(
    ([{ pid }, at]): Listener => ({
      ...{ protocol: "tcp", address: "127.0.0.1", port: at, pid, uid: 1000 },
    }),
  );
  const known = new Map(rows.map(([process]) => [process.pid, process]));
  return resolveTargets({
    ...{ fault: "crash", port, addresses: undefined, pid: undefined, all: false, listeners },
    ...{ expect: undefined, force: false, processes: known, parentOf: (pid) => known.get(pid) },
    ...{ ownPid: 900, ownUid: 1000, lineage: new Set([900, 800]) },
    reserved: new Map([[1, "the first process of this system"]]),
    ...change,
  });
}

function refusal(resolution: Resolution): string {
  if (resolution.kind !== "refused") throw new Error("It was not refused");
  return `${resolution.reason}: ${resolution.message}`;
}

/** Pids hit, and the reasons of the notices. */
function hit(resolution: Resolution): readonly [pids: number[], reasons: string[]] {
  if (resolution.kind === "refused") throw new Error(resolution.message);
  const pids = resolution.targets.map(({ process }) => process.pid);
  return [pids, resolution.notices.map(({ reason }) => reason)];
}

describe("--expect", () => {
  test.each(["dfs", "DFS", "dfs.exe"])("takes %s for a process dfs", (expect_) => {
    expect(hit(resolve([facts(7)], { expect: expect_ }))).toEqual([[7], []]);
  });

  test("takes the program's name where the process goes by another", () => {
    const process = facts(7, { name: "worker-3", executable: "/opt/bin/python3" });
    expect(hit(resolve([process], { expect: "python3" }))).toEqual([[7], []]);
    expect(hit(resolve([process], { expect: "worker-3" }))).toEqual([[7], []]);
  });

  test("takes the name of a program of Windows", () => {
    const process = facts(7, { name: "dfs.exe", executable: "C:\\Program Files\\dfs.exe" });
    expect(hit(resolve([process], { expect: "dfs" }))).toEqual([[7], []]);
  });

  test.each(["postgres", "df", "dfs-server", "/usr/bin/dfs"])("refuses others: %s", (name) => {
    const text = refusal(resolve([facts(7)], { expect: name, force: true }));
    expect(text).toContain(`unexpected: Cannot crash the listener of port ${port}`);
    expect(text).toEndWith(
      `its owner is not "${name}" but dfs (pid 7), program /usr/bin/dfs, command: dfs serve`,
    );
  });
});

describe("what is not the server", () => {
  test.each([
    ["docker-proxy", "into a container: run dfs inside that container"],
    ["rootlessport", "into a container"],
    ["wslrelay.exe", "into WSL"],
    ["kubectl", "to a pod"],
    ["svchost.exe", "tasklist /svc names them"],
    ["lsass.exe", "the whole machine goes down"],
    ["ssh", "the end of a tunnel"],
    ["systemd", "starts the server when somebody connects"],
    ["xinetd", "starts the server when somebody connects"],
  ])("%s is refused, and hit by force", (name, why) => {
    const holder = facts(7, { name });
    const text = refusal(resolve([holder]));
    expect(text).toContain(`not-the-server: Cannot crash`);
    expect(text).toContain(why);
    expect(text).toEndWith("--force hits it all the same");
    expect(hit(resolve([holder], { force: true }))).toEqual([[7], ["forced"]]);
  });

  test("the relay of dfs fault link is refused, a replica of dfs is not", () => {
    const commandLine = "dfs fault link --listen 50051 --to localhost:50061";
    expect(refusal(resolve([facts(7, { commandLine })]))).toContain("hit the port that it leads");
    const other = facts(7, { name: "python3", commandLine: "python3 fault link" });
    expect(hit(resolve([other]))[0]).toEqual([7]);
  });

  test("a name that only holds another is no match", () => {
    for (const name of ["my-docker-proxy", "sshd", "systemd-resolved", "constructor", "services"]) {
      expect(hit(resolve([facts(7, { name })]))).toEqual([[7], []]);
    }
  });

  test("pid 1 is never hit, whatever is said", () => {
    const text = refusal(resolve([facts(1, { name: "systemd" })], { force: true, all: true }));
    expect(text).toContain("protected");
    expect(text).toContain("pid 1 is the first process of this system; it holds the port open");
    expect(text).not.toContain("--force");
  });

  test("a service manager beside the server that it started is left alone", () => {
    const server = facts(7, { isActivated: true, unit: "app.service" });
    const resolution = resolve([facts(1, { name: "systemd" }), server]);
    expect(hit(resolution)).toEqual([[7], ["port-shared", "socket-activated"]]);
    if (resolution.kind !== "targets") throw new Error("It was refused");
    expect(resolution.notices[0]?.message).toContain("systemd (pid 1) listens there too");
    expect(resolution.notices[1]?.message).toContain("dfs (pid 7) (app.service) was handed");
    expect(hit(resolve([facts(1, { name: "systemd" }), server], { all: true }))[0]).toEqual([7]);
  });

  test("a service of systemd is hit, with a word of who may start it again", () => {
    const unit = "app.service";
    expect(hit(resolve([facts(7, { unit })]))).toEqual([[7], ["service-unit"]]);
    // What a service has started is not the service.
    expect(hit(resolve([facts(7, { unit, parentPid: 6 })]))).toEqual([[7], []]);
  });

  test("the first process of a container is hit from outside, with a word of its others", () => {
    expect(hit(resolve([facts(7, { leadsNamespace: true })]))).toEqual([[7], ["leads-namespace"]]);
  });
});

describe("the parent of other listeners", () => {
  const master = facts(10);
  const workers = [facts(11, { parentPid: 10 }), facts(12, { parentPid: 10 })];

  test("a pre-fork master is named in the list of owners", () => {
    const text = refusal(resolve([master, ...workers]));
    expect(text).toContain("several-owners");
    expect(text).toContain("dfs (pid 10) (the parent of pid 11, 12) at 127.0.0.1:50051");
    expect(text).toContain("dfs (pid 11) at 127.0.0.1:50051");
  });

  test("it is refused alone, and hit with all or by force", () => {
    const text = refusal(resolve([master, ...workers], { pid: 10 }));
    expect(text).toContain("parent-of-listeners");
    expect(text).toContain(
      "dfs (pid 10) is the master of a pre-fork server, whose workers share port 50051: " +
        "pid 11 at 127.0.0.1:50051, pid 12 at 127.0.0.1:50051; --all hits them together",
    );
    expect(hit(resolve([master, ...workers], { all: true }))).toEqual([[10, 11, 12], []]);
    expect(hit(resolve([master, ...workers], { pid: 10, force: true }))).toEqual([
      [10],
      ["port-shared", "forced"],
    ]);
  });

  test("one worker may be hit, and the port is said to stay open", () => {
    expect(hit(resolve([master, ...workers], { pid: 12 }))).toEqual([[12], ["port-shared"]]);
  });

  test("a supervisor whose own page listens is refused, however far below its replicas are", () => {
    const shell = facts(20, { parentPid: 10 });
    const known = new Map([master, shell].map((process) => [process.pid, process]));
    const replicas = [facts(21, { parentPid: 20 }), facts(22, { parentPid: 20 })];
    for (const replica of replicas) known.set(replica.pid, replica);
    const elsewhere = [
      [replicas[0] ?? master, 50061],
      [replicas[1] ?? master, 50062],
    ] as const;
    const parentOf = (pid: number) => known.get(pid);
    const text = refusal(resolve([master], { parentOf }, elsewhere));
    expect(text).toContain("dfs (pid 10) is the supervisor of other listeners");
    expect(text).toContain("pid 21 at 127.0.0.1:50061, pid 22 at 127.0.0.1:50062");
    expect(hit(resolve([master], { parentOf, force: true }, elsewhere))[1]).toEqual(["forced"]);
  });

  test("a child of a process that died and left its pid to the target is none of its own", () => {
    const orphan = facts(11, { parentPid: 10, startedUs: 5 });
    expect(hit(resolve([facts(10, { startedUs: 9 })], {}, [[orphan, 50061]]))).toEqual([[10], []]);
  });
});

test("a drain of a suspended process is refused: SIGTERM would wait with it", () => {
  const stopped = facts(7, { state: "stopped" });
  expect(refusal(resolve([stopped], { fault: "drain" }))).toContain("already-stopped");
  expect(hit(resolve([stopped], { fault: "restart" }))[0]).toEqual([7]);
});

test("a restart is of one process: --all is not offered", () => {
  const text = refusal(resolve([facts(7), facts(8)], { fault: "restart", all: true }));
  expect(text).toContain("several-owners");
  expect(text).toContain("(narrow with --host or --pid): ");
});
