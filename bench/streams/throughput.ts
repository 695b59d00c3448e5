import type { Graph } from "../../src/graph/graph.ts";
import { traverseWorkload } from "../../src/workload/traverse-workload.ts";
import { bareSearchUs, graphOf, medianOf } from "./bare-search.ts";
import { OneReplica } from "./one-replica.ts";

const roundCount = 5;

export interface ThroughputGoal {
  readonly spec: string;
  /** Vertices a second, delivered and verified, at least; undefined: no such goal. */
  readonly perSecondMin?: number;
  /** Their share of the bare search's, at least. */
  readonly ratioMin?: number;
}

/** Whole orders over loopback, each vertex verified, beside the bare search. */
export async function measureThroughput(goal: ThroughputGoal, cwd: string): Promise<boolean> {
  const { spec, perSecondMin = 0, ratioMin = 0 } = goal;
  const graph = graphOf(spec);
  const { vertexCount } = graph;
  const bareUs = bareSearchUs(graph);
  const streamUs = await streamTimeUs(graph, spec, cwd);
  const perSecond = vertexCount / (streamUs / 1e6);
  const ratio = bareUs / streamUs;
  const isWell = perSecond >= perSecondMin && ratio >= ratioMin;
  console.log(
    `${spec.padEnd(16)} ${millions(perSecond)} M vertices/s delivered and verified, ` +
      `bare search ${millions(vertexCount / (bareUs / 1e6))} M/s, ratio ${ratio.toFixed(2)}` +
      `${perSecondMin > 0 ? `, at least ${millions(perSecondMin)} M/s` : ""}` +
      `${ratioMin > 0 ? `, ratio at least ${ratioMin}` : ""}: ${isWell ? "reached" : "MISSED"}`,
  );
  return isWell;
}

async function streamTimeUs(graph: Graph, spec: string, cwd: string): Promise<number> {
  await using replica = await OneReplica.start(spec, cwd);
  const { vertexCount, fingerprint } = graph;
  const question = { search: { numVertices: 0 }, vertexCount, fingerprint, graph };
  const workload = traverseWorkload(question, 0);
  const timesUs: number[] = [];
  for (let round = 0; round <= roundCount; round++) {
    const timeUs = await replica.read(workload.openConsumer());
    if (round > 0) timesUs.push(timeUs);
  }
  return medianOf(timesUs);
}

function millions(value: number): string {
  return (value / 1e6).toFixed(1).padStart(5);
}
