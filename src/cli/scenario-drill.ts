import { closeSync, openSync, readSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { DfsError, messageOf, systemErrorCode } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import type { DrillPlan } from "../drill/run-drill.ts";
import { readScenario, type Scenario } from "../drill/scenario/read-scenario.ts";
import { loadGraph } from "../graph/load-graph.ts";
import { readGraphFile } from "../graph/readers/read-graph-file.ts";
import { withSeed } from "../load/load-config.ts";
import { graphArguments } from "./serve-graph.ts";
import type { Terminal } from "./terminal.ts";

/** Flags of the demo that a scenario says itself, and the keys that do. */
const saidByFile: Readonly<Record<string, string>> = {
  duration: "load.duration",
  "num-replicas": "replicas.count",
  port: "replicas.port",
  rate: "load.rate",
  policy: "load.policy",
  "attempt-timeout": "load.attempt-timeout",
  deadline: "load.deadline",
};

/**
 * The scenario in the file at `path`. Throws `cannot-run` when it cannot be read, and a usage error
 * when it is wrong, or when a flag was typed that it says itself.
 */
export function scenarioAt(path: string, typed: ReadonlySet<string>): Scenario {
  for (const [flag, key] of Object.entries(saidByFile)) {
    if (!typed.has(flag)) continue;
    throw new DfsError(
      "usage",
      `--${flag} does not go with --scenario: the file says it as ${key}`,
    );
  }
  if (typed.has("compare")) {
    throw new DfsError("usage", "--compare does not go with --scenario: it plays the demo's own");
  }
  return readScenario(path, bytesAt(path));
}

/** What the file holds, or as much of it as shows that it is too large. */
function bytesAt(path: string): Uint8Array {
  try {
    const fd = openSync(path, "r");
    try {
      const bytes = new Uint8Array(limits.scenarioMaxBytes + 1);
      let count = 0;
      for (let read = 1; read > 0 && count < bytes.length; count += read) {
        read = readSync(fd, bytes, count, bytes.length - count, null);
      }
      return bytes.subarray(0, count);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    const what =
      systemErrorCode(error) === "EISDIR" ? "it is a directory, not a file" : messageOf(error);
    throw new DfsError("cannot-run", `Cannot read the scenario "${path}": ${what}`);
  }
}

/** What the scenario does, on `ports`; a graph's file is looked for beside the scenario's. */
export async function scenarioPlan(
  scenario: Scenario,
  { path, ports }: { readonly path: string; readonly ports: readonly number[] },
  { notices }: Terminal,
): Promise<DrillPlan> {
  const { graph, restart, restartDelayMs, load } = scenario;
  const replicas = load.replicas.map(({ host }, index) => ({ host, port: ports[index] ?? 0 }));
  const faults = scenario.faults.map((fault) => {
    const index = load.replicas.findIndex(({ port }) => port === fault.endpoint.port);
    return { ...fault, endpoint: replicas[index] ?? fault.endpoint };
  });
  const moved = withSeed({ ...load, replicas });
  const plan = { restart, restartDelayMs, load: moved, faults };
  if (graph === undefined) return { ...plan, graphArguments: [], graph: undefined };
  const { isUndirected } = graph;
  const options = { isUndirected, format: undefined, cacheDir: undefined, verifyCache: false };
  if (graph.spec.kind !== "file") {
    return {
      ...plan,
      graphArguments: graphArguments({ spec: graph.spec, ...options }),
      graph: undefined,
    };
  }
  const spec = { kind: "file", path: resolve(dirname(path), graph.spec.path) } as const;
  const loaded = await loadGraph(spec, {
    ...{ ...options, readFile: readGraphFile, onNotice: (text: string) => notices.info(text) },
  });
  return { ...plan, graphArguments: graphArguments({ spec, ...options }), graph: loaded };
}
