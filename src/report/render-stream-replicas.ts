import type { ReplicaFigures, RunReport } from "./run-report.ts";
import { type TextOptions, tableLines, tinted } from "./text-layout.ts";

/** What each replica did in a run of streams alone. */
export function streamReplicaLines(
  { replicas, streams }: RunReport,
  options: TextOptions,
): readonly string[] {
  const statesOf = (endpoint: string) =>
    statesText(replicas.find((replica) => replica.endpoint === endpoint)?.states ?? []);
  const rows = (streams?.byReplica ?? []).map(({ endpoint, ended, items, gaps }) => [
    ...[endpoint, String(items), String(ended), String(gaps)],
    statesOf(endpoint),
  ]);
  const head = ["replica", "vertices", "streams ended", "gaps begun", "states seen"];
  return [
    tinted("Replicas (what streams brought from each)", "title", options),
    ...tableLines({ head, rows, right: [1, 2, 3] }, options),
  ];
}

/** `healthy 2, down 1`. */
export function statesText(states: ReplicaFigures["states"]): string {
  return states.map(({ state, count }) => `${state} ${count}`).join(", ");
}
