import { describe, expect, test } from "bun:test";
import type { Endpoint } from "../base/endpoint.ts";
import { DfsError } from "../base/errors.ts";
import { constantProfile } from "../load/load-profile.ts";
import { parseFault } from "./fault-flag.ts";
import { kindRule } from "./fault-options.ts";
import { placeFaults } from "./place-faults.ts";
import { formatFault } from "./planned-fault.ts";

const begin = (afterMs: number) => ({ from: "begin", afterMs }) as const;
const back = (afterMs: number) => ({ from: "back", afterMs }) as const;

function refusalOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof DfsError && error.code === "usage") return error.message;
    throw error;
  }
  throw new Error("It was not refused");
}

describe("parseFault()", () => {
  const common = { host: undefined, expect: undefined };
  test.each([
    ["crash:50051@5s", { kind: "crash", port: 50_051, start: begin(5000), signal: "SIGKILL" }],
    ["kill:1@0", { kind: "crash", port: 1, start: begin(0), signal: "SIGKILL" }],
    ["crash:1@1m30s,signal=term", { kind: "crash", start: begin(90_000), signal: "SIGTERM" }],
    ["stall:50052@20s+10s", { kind: "stall", start: begin(20_000), durationMs: 10_000 }],
    ["pause:50052@1.5+250ms", { kind: "stall", start: begin(1500), durationMs: 250 }],
    ["stall:50052@back+3s+10s", { kind: "stall", start: back(3000), durationMs: 10_000 }],
    ["crash:50052@back+0", { kind: "crash", start: back(0) }],
    ["limp:7@1s+2s", { kind: "limp", durationMs: 2000, dutyShare: 0.8, periodMs: 200 }],
    ["limp:7@1s+2s,duty=50%,period=1s", { dutyShare: 0.5, periodMs: 1000 }],
    ["drain:7@1s", { kind: "drain", withinMs: 30_000 }],
    ["drain:7@1s,within=2s,expect=dfs", { withinMs: 2000, expect: "dfs" }],
    ["restart:7@1s", { kind: "restart", downtimeMs: 0, withinMs: 30_000 }],
    ["restart:7@1s+5s,within=1m", { downtimeMs: 5000, withinMs: 60_000 }],
    ["crash:localhost:7@1s", { host: "localhost", port: 7 }],
    ["crash:[::1]:7@1s", { host: "::1", port: 7 }],
  ])("reads %s", (text, expected) => {
    expect(parseFault(text, "--fault")).toMatchObject({ ...common, ...expected });
  });

  test.each([
    [
      "",
      '"": KIND must be one of crash, drain, restart, stall, limp (kill is crash, pause is stall):',
    ],
    [
      "stal:50052@1s+1s",
      `: KIND must be ${kindRule.form}: current value is "stal"; did you mean "stall"?`,
    ],
    ["50051@5s", 'current value is "50051"'],
    [
      "crash",
      " has no :PORT: it must be KIND:PORT@START[+DURATION][,key=value...], such as crash:50051@5s",
    ],
    ["crash:50051", " has no @START: it must be KIND:PORT@START"],
    ["crash@5s:50051", " has no @START"],
    ["crash:0@1s", ': PORT must be a whole number in 1..65535: current value is "0"'],
    ["crash:x@1s", ': PORT must be a whole number in 1..65535: current value is "x"'],
    ["crash:a:b:1@1s", 'Cannot use "a:b:1" as an endpoint'],
    [
      "crash:1@",
      ": START must be a duration since the load's first request, such as 5s, or back+PAUSE",
    ],
    ["crash:1@-5s", 'current value is "-5s"'],
    ["crash:1@back", 'current value is "back"'],
    ["crash:1@5x", 'current value is "5x"'],
    ["crash:1@5s+3s", ": DURATION: a crash has no DURATION, as a crash has no end"],
    [
      "drain:1@5s+3s",
      ": DURATION: a drain has no DURATION, as its end is up to its target: use within",
    ],
    ["stall:1@5s", ": a stall needs a DURATION, as in stall:50052@20s+10s"],
    [
      "stall:1@5s+",
      ': DURATION must be a duration such as 250ms, 10s, 1m30s or plain seconds, in 1ms..720h: current value is ""',
    ],
    ["stall:1@5s+0", 'in 1ms..720h: current value is "0"'],
    [
      "stall:1@5s+3s+1s",
      'DURATION must be a duration such as 250ms, 10s, 1m30s or plain seconds, in 1ms..720h: current value is "3s+1s"',
    ],
    ["stall:1@5s+1s,duty=5%", ": duty: a stall has no option duty; it has expect"],
    ["limp:1@5s+1s,dutty=5%", ': there is no option "dutty"; did you mean "duty"?'],
    ["limp:1@5s+1s,for=5%", ': there is no option "for"'],
    ["crash:1@5s,foo=1", ': there is no option "foo": it is one of signal, duty, period, within,'],
    ["limp:1@5s+1s,", ": a comma is followed by NAME=VALUE: NAME is signal, duty, period, within,"],
    ["limp:1@5s+1s,duty", ": duty needs a value: duty=VALUE"],
    ["limp:1@5s+1s,duty=", ': duty must be a percentage in 1%..99%: current value is ""'],
    ["limp:1@5s+1s,duty=0.8", ': duty must be a percentage in 1%..99%: current value is "0.8"'],
    [
      "limp:1@5s+1s,duty=99%",
      ": a duty of 99% of 200ms leaves the target running for 2ms at a time, and it must be at least 5ms: " +
        "the nearest period for that duty is 500ms",
    ],
    ["limp:1@5s+100ms", ': DURATION must be at least one period (200ms): current value is "100ms"'],
    ["crash:1@5s,signal=SIGSTOP", 'current value is "SIGSTOP"'],
    ["crash:1@5s,signal=9,signal=9", ": signal is given more than once"],
    ["crash:1@5s,expect=", ': expect must be a text that is not empty: current value is ""'],
    ["crash:1@5s\u001b[2J", 'current value is "5s\\u001b[2J"'],
  ])("refuses %p", (text, why) => {
    const message = refusalOf(() => parseFault(text, "--fault"));
    expect(message).toContain(why);
    expect(message).not.toContain("\u001b");
  });
});

describe("placeFaults()", () => {
  const replicas = [
    { host: "localhost", port: 50_051 },
    { host: "localhost", port: 50_052 },
  ];
  const place = (
    texts: readonly string[],
    durationMs = 30_000,
    on: readonly Endpoint[] = replicas,
  ) =>
    placeFaults(
      texts.map((text) => ({ wish: parseFault(text, "--fault"), name: `--fault "${text}"` })),
      { replicas: on, durationMs },
    );

  test("gives each its replica, and formatFault() writes it as it is typed", () => {
    const texts = [
      "crash:50051@5s",
      "stall:50052@back+3s+10s",
      "limp:50051@1s+2s,duty=55%,period=1s",
      "drain:50051@1m,within=2s,expect=dfs",
      "restart:50052@1m+5s",
      "crash:50051@1s,signal=SIGTERM",
    ];
    const faults = place(texts, 120_000);
    expect(faults.map((fault) => fault.endpoint.port)).toEqual([
      ...[50_051, 50_052, 50_051, 50_051, 50_052, 50_051],
    ]);
    expect(faults.map((fault) => formatFault(fault))).toEqual(texts);
    const named = place(["crash:localhost:50051@5s"]);
    expect(named.map((fault) => formatFault(fault))).toEqual(["crash:localhost:50051@5s"]);
  });

  test("takes an address of a name, however it is spelled, and no socket of the file system", () => {
    const addresses = ["10.0.0.3", "::1"].map((host) => ({ host, port: 5, serverName: "search" }));
    const on = [{ path: "/run/a" }, ...addresses];
    expect(refusalOf(() => place(["crash:5@5s"], 30_000, on))).toContain(
      "port 5 is that of several replicas: give one of 10.0.0.3:5, [::1]:5",
    );
    const [fault] = place(["crash:[0:0::1]:5@5s"], 30_000, on);
    expect(fault?.endpoint.host).toBe("::1");
    expect(refusalOf(() => place(["crash:6@5s"], 30_000, [{ path: "/run/a" }]))).toContain(
      'must be on one of the load\'s replicas, unix:///run/a: current value is "6"',
    );
  });

  test("refuses one on no replica of the load, and one that is on several", () => {
    expect(refusalOf(() => place(["crash:50053@5s"]))).toBe(
      '--fault "crash:50053@5s" must be on one of the load\'s replicas, localhost:50051, ' +
        'localhost:50052: current value is "50053"; did you mean "50051"?',
    );
    const both = [...replicas, { host: "192.0.2.1", port: 50_051 }];
    expect(refusalOf(() => place(["crash:50051@5s"], 30_000, both))).toContain(
      "port 50051 is that of several replicas: give one of localhost:50051, 192.0.2.1:50051",
    );
    expect(place(["crash:localhost:50051@5s"], 30_000, both)).toHaveLength(1);
    expect(place(["crash:127.0.0.1:50051@5s"], 30_000, both)).toMatchObject([
      { endpoint: { host: "localhost", port: 50_051 } },
    ]);
  });

  test("refuses one in a load of which nobody knows when it ends", () => {
    const wishes = [{ wish: parseFault("crash:50051@5s", "--fault"), name: "--fault" }];
    const even = { ...constantProfile(10, 30_000), totalCount: 300 };
    const setting = { replicas, durationMs: 30_000 };
    expect(placeFaults(wishes, { ...setting, profile: even })).toHaveLength(1);
    const profile = { ...even, arrival: "poisson" } as const;
    expect(refusalOf(() => placeFaults(wishes, { ...setting, profile }))).toStartWith(
      "--fault needs a load of which it is known when it ends: ",
    );
  });

  test("refuses one that is over later than a second before the load", () => {
    expect(place(["stall:50052@19s+10s"])).toHaveLength(1);
    expect(refusalOf(() => place(["stall:50052@20s+10s"]))).toBe(
      '--fault "stall:50052@20s+10s" ends at 30s, and it must be 1s before the load is over ' +
        "(30s), so that what it does is judged: the shortest load for it is 31s",
    );
    expect(refusalOf(() => place(["crash:50051@40s"]))).toContain("happens at 40s, and it must be");
    const waiting = ["crash:50051@5s", "stall:50052@back+3s+22s"];
    expect(refusalOf(() => place(waiting))).toContain("ends at 30s");
    expect(place(waiting, 31_000)).toHaveLength(2);
  });

  test("refuses to wait for the return of nobody, and too many", () => {
    expect(refusalOf(() => place(["crash:50051@back+1s"]))).toContain(
      "waits for the replica of the fault before it, and it is the first",
    );
    const many = Array.from({ length: 101 }, () => "crash:50051@1s");
    expect(refusalOf(() => place(many))).toBe(
      "A load has at most 100 faults: current number is 101",
    );
  });
});
