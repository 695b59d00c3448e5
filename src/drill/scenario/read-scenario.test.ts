import { describe, expect, test } from "bun:test";
import { DfsError } from "../../base/errors.ts";
import { constantProfile } from "../../load/load-profile.ts";
import { formatFault } from "../planned-fault.ts";
import { readScenario, type Scenario } from "./read-scenario.ts";
import { loadRules } from "./scenario-load.ts";

const loadKeys = Object.keys(loadRules).join(", ");

function read(text: string): Scenario {
  return readScenario("drill.yaml", Buffer.from(text));
}

function refusalOf(bytes: string | Uint8Array): string {
  try {
    readScenario("drill.yaml", typeof bytes === "string" ? Buffer.from(bytes) : bytes);
  } catch (error) {
    if (error instanceof DfsError && error.code === "usage") return error.message;
    throw error;
  }
  throw new Error("It was not refused");
}

describe("readScenario()", () => {
  test("takes everything that a scenario can say", () => {
    const scenario = read(`# a comment
name: "all of it"
replicas: { count: 3, port: 6001, graph: roads.gr, undirected: true, restart: never, restart-delay: 1m30s }
load:
  duration: 60
  rate: 12.5
  deadline: 5s
  attempt-timeout: 250ms
  policy: retry
  target: none
  source: 7
  num-vertices: 1000
  verify: status
  streams: 2
  stream-rate: 100
faults:
  - kind: kill
    replica: 1
    at: 5s
    signal: 15
  - {kind: pause, port: 6003, at: back+3s, for: 10s, expect: dfs}
  - kind: limp
    replica: 2
    at: 1.5
    for: 2s
    duty: 50%
    period: 100ms
  - { kind: drain, replica: 2, at: 40s, within: 2s }
require:
  - p99<=50ms
  - "lost=0"
`);
    expect(scenario).toMatchObject({
      name: "all of it",
      graph: { spec: { kind: "file", path: "roads.gr" }, isUndirected: true },
      ...{ restart: "never", restartDelayMs: 90_000 },
      load: {
        replicas: [6001, 6002, 6003].map((port) => ({ host: "localhost", port })),
        ...{
          durationMs: 60_000,
          profile: constantProfile(12.5, 60_000),
          deadlineMs: 5000,
          attemptTimeoutMs: 250,
        },
        ...{ policy: "retry", verify: "status", mode: "unary" },
        question: { target: "none", source: { vertex: 7 }, numVertices: 1000 },
        streams: { count: 2, ratePerSecond: 100 },
      },
      require: [{ operator: "<=", bound: 50 }, { operator: "=" }],
    });
    expect(scenario.faults.map((fault) => formatFault(fault))).toEqual([
      "crash:6001@5s,signal=SIGTERM",
      "stall:6003@back+3s+10s,expect=dfs",
      "limp:6002@1.5s+2s,duty=50%,period=100ms",
      "drain:6002@40s,within=2s",
    ]);
  });

  test("keeps the places of what only the graph can refuse", () => {
    const { calls } = read("load:\n  target: 9\n  num-vertices: 10").load.question;
    expect(calls).toMatchObject({
      target: expect.stringMatching(/:2:11: target$/),
      numVertices: expect.stringMatching(/:3:17: num-vertices$/),
    });
  });

  test("is as the demo's replicas and as dfs load where it says nothing", () => {
    expect(read("name: nothing")).toEqual({
      ...{ name: "nothing", graph: undefined, restart: "on-crash", restartDelayMs: 2000 },
      load: {
        replicas: [50_051, 50_052].map((port) => ({ host: "localhost", port })),
        ...{ durationMs: 60_000, deadlineMs: 30_000 },
        ...{ profile: constantProfile(10, 60_000), seed: undefined },
        ...{ attemptTimeoutMs: undefined, policy: "adaptive", verify: "answer", mode: "unary" },
        question: {
          ...{ target: "default", source: undefined, numVertices: undefined },
          calls: {
            ...{ target: "load.target", source: "load.source" },
            numVertices: "load.num-vertices",
          },
        },
        streams: undefined,
      },
      ...{ faults: [], require: [] },
    });
    expect(read("load: { mode: stream }").load).toMatchObject({
      ...{ mode: "stream", streams: { count: 2 }, question: { target: "none" } },
    });
  });

  test("a value is the text that was written, whatever YAML makes of it elsewhere", () => {
    expect(read("name: on").name).toBe("on");
    expect(read("name: 0x10").name).toBe("0x10");
    expect(read("name: ~").name).toBe("~");
    expect(read("\ufeffname: a\r\nload:\r\n  rate: '5'\r\n").load.profile).toEqual(
      constantProfile(5, 60_000),
    );
    expect(refusalOf("load: { rate: 1e3 }")).toContain('current value is "1e3"');
  });

  test.each([
    [
      "nam: x",
      '1:1: unknown key "nam", and here are the keys name, replicas, load, faults, require; did you mean "name"?',
    ],
    [
      "load:\n  rat: 5",
      `2:3: unknown key "rat", and here are the keys ${loadKeys}; did you mean "rate"?`,
    ],
    [
      "replicas:\n  cuont: 5",
      '2:3: unknown key "cuont", and here are the keys count, port, graph, undirected, restart, restart-delay; did you mean "count"?',
    ],
    ["name:", '1:6: name must be a text that is not empty: current value is ""'],
    ["name: [a]", "1:7: name must be a single value: current value is a list"],
    ["load: 5", `1:7: load must be a mapping with the keys ${loadKeys}: current value is "5"`],
    ["load:", "1:6: load must be a mapping with the keys"],
    ["load: [rate]", "1:7: load must be a mapping with the keys"],
    [
      "load:\n  rate: fast",
      '2:9: rate must be a number in 0.001..100000, or a ramp such as 10..500/60s: current value is "fast"',
    ],
    [
      "load: {duration: 10y}",
      '1:18: duration must be a duration such as 250ms, 10s, 1m30s or plain seconds, in 1ms..720h: current value is "10y"',
    ],
    [
      "load: {policy: adaptiv}",
      '1:16: policy must be one of adaptive, retry, none: current value is "adaptiv"; did you mean "adaptive"?',
    ],
    [
      "load: {target: nobody}",
      '1:16: target must be none or a whole number in 0..2147483647: current value is "nobody"',
    ],
    [
      "load: {target: 9, num-vertices: 9}",
      '1:16: target must be a vertex in 0..8 (num-vertices is 9): current value is "9"',
    ],
    ["load: {mode: stream, rate: 5}", "1:28: rate does not go with mode stream"],
    ["load: {stream-rate: 5}", "1:21: stream-rate is of streams: add streams"],
    ["replicas: {count: 65}", '1:19: count must be a whole number in 1..64: current value is "65"'],
    [
      "replicas: {count: 3, port: 65534}",
      '1:28: port must leave room for 3 replicas up to 65535: current value is "65534"; the highest is 65533',
    ],
    [
      "replicas: {restart: always}",
      '1:21: restart must be one of never, on-crash: current value is "always"',
    ],
    ["replicas: {graph: moduler:5}", '1:19: graph: Cannot make graph "moduler:5"'],
    [
      "replicas: {graph: '-'}",
      '1:19: graph must be a file, or a graph made by a rule: current value is "-"',
    ],
    [
      "replicas: {undirected: true}",
      "1:24: undirected says how a graph is read: it needs graph beside it",
    ],
    [
      "replicas: {graph: 'rmat:5', undirected: true}",
      "1:41: undirected is of graphs that are read from a file",
    ],
    [
      "replicas: {undirected: yes}",
      '1:24: undirected must be true or false: current value is "yes"',
    ],
    [
      "faults: {kind: crash}",
      "1:9: faults must be a list: one item a line, each after -: current value is a mapping",
    ],
    [
      "faults:",
      "1:8: faults must be a list: one item a line, each after -: current value is empty",
    ],
    [
      "faults: [crash]",
      "1:10: fault 1 must be a mapping with the keys kind, replica, port, at, for, signal, duty, period, within, expect: " +
        'current value is "crash"',
    ],
    [
      "faults:\n  - kind: crash\n    replica: 1\n    at: 1s\n  - at: 1s",
      "5:5: fault 2 needs the key kind",
    ],
    ["faults: [{kind: crash, replica: 1}]", "1:10: fault 1 needs the key at"],
    ["faults: [{kind: crash, at: 1s}]", "1:10: fault 1 needs one of the keys replica and port"],
    [
      "faults: [{kind: crash, at: 1s, replica: 1, port: 50051}]",
      "1:10: fault 1 needs one of the keys replica and port",
    ],
    [
      "faults: [{kind: crash, at: 1s, replica: 0}]",
      '1:41: replica must be a whole number in 1..2: current value is "0"',
    ],
    [
      "faults: [{kind: crash, at: 1s, replica: 3}]",
      '1:41: replica must be a whole number in 1..2: current value is "3"',
    ],
    [
      "faults: [{kind: crash, at: 1s, port: 50053}]",
      '1:38: port must be one of the replicas\' ports, 50051..50052: current value is "50053"; did you mean "50051"?',
    ],
    [
      "faults: [{kind: crush, at: 1s, replica: 1}]",
      "1:17: kind must be one of crash, drain, restart, stall, limp (kill is crash, pause is stall): " +
        'current value is "crush"; did you mean "crash"?',
    ],
    [
      "faults: [{kind: restart, at: 1s, replica: 1}]",
      "1:17: kind must be another kind than restart, as the scenario's replicas are started " +
        'again by replicas.restart: current value is "restart"; did you mean "crash"?',
    ],
    [
      "faults: [{kind: stall, at: 1s, replica: 1}]",
      "1:10: fault 1: a stall needs a for, such as for: 10s",
    ],
    [
      "faults: [{kind: crash, at: 1s, replica: 1, for: 3s}]",
      "1:49: for: a crash has no for, as a crash has no end",
    ],
    [
      "faults: [{kind: crash, at: soon, replica: 1}]",
      "1:28: at must be a duration since the load's first request, such as 5s, or back+PAUSE, " +
        'such as back+3s, since the replica of the fault before it serves again: current value is "soon"',
    ],
    [
      "faults: [{kind: stall, at: 1s, for: 1s, replica: 1, duty: 5%}]",
      "1:59: duty: a stall has no option duty; it has expect",
    ],
    [
      "load: {duration: 10s}\nfaults: [{kind: stall, at: 5s, for: 5s, replica: 1}]",
      "2:10: fault 1 ends at 10s, and it must be 1s before the load is over (10s), " +
        "so that what it does is judged: the shortest load for it is 11s",
    ],
    [
      "faults: [{kind: crash, at: back+1s, replica: 1}]",
      "1:10: fault 1 waits for the replica of the fault before it, and it is the first",
    ],
    [
      "require: p99<=5ms",
      '1:10: require must be a list: one item a line, each after -: current value is "p99<=5ms"',
    ],
    ["require:\n  - p99<=fast", "2:5: requirement 1 p99 needs"],
    [
      "require:\n  - p98<=5ms",
      '2:5: requirement 1 knows no figure "p98": current value is "p98<=5ms"; did you mean "p95"? Figures:',
    ],
    [
      "require: [p99: 50ms]",
      "1:11: requirement 1 must be a single value: current value is a mapping",
    ],
  ])("refuses %p", (text, why) => {
    expect(refusalOf(text)).toStartWith(`drill.yaml:${why}`);
  });

  test("hostile or broken files are refused with their place", () => {
    const cases: readonly [string | Uint8Array, string][] = [
      ["", "drill.yaml is empty: its keys are name, replicas, load, faults, require"],
      ["# only a comment\n", "drill.yaml is empty"],
      ["- a\n- b", "drill.yaml:1:1: the scenario must be a mapping with the keys name,"],
      [
        "just text",
        'drill.yaml:1:1: the scenario must be a mapping with the keys name, replicas, load, faults, require: current value is "just text"',
      ],
      ["name: a\nname: b", "drill.yaml:2:1: this key is given more than once"],
      [
        "name: a\n---\nname: b",
        "drill.yaml:2:1: a scenario file holds one document, and here begins another",
      ],
      [
        "name: &a x\nload: *a",
        "drill.yaml:2:7: load must be written out: aliases such as *a are not known here",
      ],
      ["faults: &a [*a, *a, *a]", "drill.yaml:1:13: fault 1 must be written out"],
      ["load:\n  <<: {rate: 5}", 'drill.yaml:2:3: unknown key "<<"'],
      [
        "name: !!js/function x",
        "drill.yaml:1:21: name must be a plain value: tags such as tag:yaml.org,2002:js/function are not known here",
      ],
      ["load: !foo {rate: 5}", "drill.yaml:1:12: load must be a plain value"],
      ["load:\n\trate: 5", "drill.yaml:2:1: this is not YAML: Tabs are not allowed as indentation"],
      ['name: "x', "drill.yaml:1:9: this is not YAML: Missing closing"],
      ["? [a]\n: b", "drill.yaml:1:3: this is not YAML:"],
      ["__proto__: x", 'drill.yaml:1:1: unknown key "__proto__"'],
      ["na\u001b[2Jme: x", 'drill.yaml:1:1: unknown key "na\\u001b[2Jme"'],
      [Buffer.from([0x6e, 0x61, 0xff, 0xfe]), "drill.yaml must be UTF-8 text, and it is not"],
      [new Uint8Array(65_537), "drill.yaml must be at most 65536 bytes, and it is larger"],
      [
        `faults: [${"{},".repeat(101)}]`,
        "drill.yaml:1:9: faults must be at most 100: current number is 101",
      ],
      ...["[", "{", "- ", "? "].map((part): [string, string] => [
        part.repeat(30_000),
        "this is nested too deep",
      ]),
    ];
    for (const [bytes, why] of cases) expect(refusalOf(bytes)).toContain(why);
  });

  test("anchors that would grow a thousandfold cost nothing", () => {
    const levels = Array.from({ length: 30 }, (_, level) => {
      const of = level === 0 ? "x" : Array.from({ length: 9 }, () => `*a${level - 1}`).join(", ");
      return `  - &a${level} [${of}]`;
    });
    expect(refusalOf(`faults:\n${levels.join("\n")}`)).toContain("fault 1 must be a mapping");
  });
});
