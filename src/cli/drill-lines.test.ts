import { describe, expect, test } from "bun:test";
import { demoFaults, planDemo } from "../drill/demo-plan.ts";
import { placeFaults } from "../drill/place-faults.ts";
import type { DrillPlan } from "../drill/run-drill.ts";
import { readScenario } from "../drill/scenario/read-scenario.ts";
import type { LoadConfig } from "../load/load-config.ts";
import { parseRequirement } from "../report/requirement.ts";
import { drillLines } from "./drill-lines.ts";
import { loadCommand } from "./load.ts";
import { faultFlags } from "./load-faults.ts";
import { loadConfig, loadFlags } from "./load-flags.ts";
import { requireFlag } from "./require-flag.ts";
import { serveCommand } from "./serve.ts";
import { streamFlags, withStreams } from "./stream-flags.ts";
import { parseStrictly, readFlags } from "./strict-args.ts";

function wordsOf(line: string): readonly string[] {
  return (line.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll("'", ""));
}

/** What `dfs load` makes of a line. */
function loadOfLine(line: string) {
  const [, , ...words] = wordsOf(line);
  loadCommand.check(words);
  const specs = { ...loadFlags, ...streamFlags, ...faultFlags, require: requireFlag };
  const args = parseStrictly(words, specs, false);
  const values = readFlags(specs, args);
  const config = withStreams(loadConfig(values), values, new Set(args.texts.keys()));
  return { config, faults: placeFaults(values.fault, config), require: values.require };
}

function planOf(text: string): DrillPlan {
  const { load, faults, restart, restartDelayMs } = readScenario("x.yaml", Buffer.from(text));
  return { load, faults, restart, restartDelayMs, graphArguments: [], graph: undefined };
}

/** What a line means says nothing of the file that it came from. */
function asTyped({ question: { calls, ...question }, ...load }: LoadConfig): LoadConfig {
  return { ...load, question };
}

describe("drillLines()", () => {
  test("of the demo: its replicas, its load with its faults, and its stream", () => {
    const times = planDemo(30_000);
    const replicas = [50_051, 50_052].map((port) => ({ host: "localhost", port }));
    const load: LoadConfig = {
      ...planOf("load: { duration: 30s, target: 42000, num-vertices: 50000 }").load,
      streams: { count: 1, ratePerSecond: 19_608, numVertices: 500_000 },
    };
    const faults = demoFaults(times, replicas);
    const served = { restart: "on-crash", restartDelayMs: 2000, graphArguments: [] } as const;
    expect(drillLines({ ...served, graph: undefined, load, faults }, [])).toEqual([
      "dfs serve --port 50051 --num-replicas 2 --restart on-crash --restart-delay 2s --grace 3s",
      "dfs load --replicas localhost:50051,localhost:50052 --duration 30s --rate 10 --target 42000 " +
        "--num-vertices 50000 --fault crash:50051@5s --fault stall:50052@back+3s+10s",
      "dfs load --replicas localhost:50051,localhost:50052 --duration 30s --mode stream --streams 1 " +
        "--stream-rate 19608 --num-vertices 500000 --logfile stream.log",
    ]);
  });

  test.each([
    "load: { duration: 30s }",
    "load: { duration: 1m30s, rate: 0.5, deadline: 250ms, policy: retry, attempt-timeout: 2s }",
    "load: { target: none, source: 7, num-vertices: 10, verify: status, policy: none }",
    "load: { rate: 10..500/20s, arrival: poisson, seed: 5, max-in-flight: 50, warmup: 5s }",
    "load: { rate: 10..500/20s, total: 100000, arrival: poisson }",
    "load: { duration: 1m, rate: 0.5..2/20s, total: 40 }",
    "load: { total: 700 }",
    "load: { stages: '30s:100,1m:100..500,5s:0', total: 7000 }",
    "load: { concurrency: 8, total: 1000 }",
    "load: { concurrency: 8, duration: 5s, warmup: 1s }",
    "load: { mode: stream, streams: 3, stream-rate: 5 }",
    "load: { mode: stream, target: 5, num-vertices: 10 }",
    "replicas: { count: 1, port: 7, restart: never }\nfaults: [{ kind: drain, at: 1s, replica: 1 }]",
    "faults: [{ kind: limp, at: 1s, for: 2s, duty: 55%, period: 1s, replica: 2, expect: a b }]",
    "faults: [{ kind: crash, at: 1s, signal: 15, replica: 2 }, { kind: kill, at: back+0, port: 50051 }]",
  ])("are lines that dfs takes and that mean the same: %s", (text) => {
    const plan = planOf(text);
    const require = ["p99<=50ms", "success>=99.9%"].map((one) => parseRequirement(one, "require"));
    const [serve = "", load = "", ...more] = drillLines(plan, require);
    serveCommand.check(wordsOf(serve).slice(2));
    expect(loadOfLine(load)).toEqual({ config: asTyped(plan.load), faults: plan.faults, require });
    expect(more).toEqual([]);
  });
});
