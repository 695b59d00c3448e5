import { DfsError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import type { DescribeGraphResponse, SearchQuestion } from "../rpc/dfs-service.ts";
import * as flags from "./flags.ts";
import { tlsFlags } from "./tls-flags.ts";

const vertexHint = { valueHint: "V" };

export const queryFlags = {
  replicas: flags.targets("Replicas to ask"),
  target: flags.text.optional({
    description: "Vertex to find; a name when the graph has names (Default: visit all)",
    ...vertexHint,
  }),
  source: flags.text.optional({
    description: "Vertex to begin at; a name when the graph has names (Default: vertex 0)",
    ...vertexHint,
  }),
  vertices: flags.toggle("Read and print vertices by their numbers though the graph has names"),
  reachable: flags.toggle("Visit only what can be reached from the source"),
  path: flags.toggle("Print the path to the target in the search tree, a vertex a line"),
  order: flags.toggle("Print every vertex as it is discovered, a vertex a line"),
  tsv: flags.toggle("With --order: vertex, parent, depth and name, separated by tabs"),
  json: flags.toggle("Print one JSON object; with --order one a line"),
  numVertices: flags.wholeNumber.optional({
    description: "N of the graph modular:N (Default: the graph that the replicas serve)",
    valueHint: "N",
    min: 1,
    max: limits.vertexMaxCount,
  }),
  deadline: flags.duration.withDefault({
    description: "How long the answer may take; with --order, how long no vertex may come",
    default: "30s",
    minMs: 1,
    maxMs: limits.durationMaxMs,
  }),
  ...tlsFlags,
};

export type QueryValues = flags.FlagValues<typeof queryFlags>;

/** The rules that span several flags. */
export function checkTogether({ path, order, tsv, json, target }: QueryValues): void {
  const rules: readonly (readonly [broken: boolean, rule: string])[] = [
    [path && order, "--path and --order are two answers: ask for one of them"],
    [path && target === undefined, "--path needs a --target to lead to"],
    [tsv && !order, "--tsv is a form of --order: it needs that flag"],
    [tsv && json, "--tsv and --json are two forms: choose one of them"],
  ];
  for (const [broken, rule] of rules) if (broken) throw new DfsError("usage", rule);
}

/** The question as the wire has it; throws a usage error when the graph has no such vertex. */
export function questionOf(
  values: QueryValues,
  graph: DescribeGraphResponse,
  byName: boolean,
): SearchQuestion {
  return {
    ...placed("target", values.target, graph, byName),
    ...placed("source", values.source, graph, byName),
    numVertices: values.numVertices ?? 0,
    ...(values.reachable ? { reachableOnly: true } : {}),
  };
}

function placed(
  role: "target" | "source",
  typed: string | undefined,
  { vertices, source }: DescribeGraphResponse,
  byName: boolean,
): Partial<SearchQuestion> {
  if (typed === undefined) return {};
  // Whether the graph has that name, only a replica knows.
  if (byName) return role === "target" ? { targetName: typed } : { sourceName: typed };
  const vertex = Number(typed);
  if (!/^\d+$/.test(typed) || vertex >= vertices) {
    const rule = vertices === 0 ? "left out: it has none" : `a number in 0..${vertices - 1}`;
    throw new DfsError(
      "usage",
      `--${role} must be a vertex of ${source}, ${rule}: current value is "${typed}"`,
    );
  }
  return role === "target" ? { target: vertex } : { source: vertex };
}
