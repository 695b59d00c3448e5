import { DfsError } from "../base/errors.ts";
import type { Graph } from "../graph/graph.ts";
import { parseGraphSpec } from "../graph/graph-spec.ts";
import { loadGraph } from "../graph/load-graph.ts";
import { readGraphFile } from "../graph/readers/read-graph-file.ts";
import * as flags from "./flags.ts";
import type { Terminal } from "./terminal.ts";

/** Which graph, as `serve` and `load` are told. */
export const graphFlags = {
  graph: flags.text.optional({
    description:
      "The graph: modular:N, path:N, cycle:N, grid:RxC, tree:N, gnm:N,M, rmat:SCALE, " +
      "a file (edge list, .csv, .tsv, .mtx, .gr, .graph, also .gz and .zst), or - for stdin",
    valueHint: "SPEC",
  }),
  undirected: flags.toggle("Each edge of the file stands for both directions"),
  graphFormat: flags.text.optional({
    description: "Of the file, when its name and content do not tell",
    valueHint: "FORMAT",
  }),
  graphCache: flags.text.optional({
    description: "Where parsed graphs are kept between runs",
    valueHint: "DIR",
  }),
};

type GraphFlagValues = flags.FlagValues<typeof graphFlags>;

/** The graph that the flags name; undefined: none. Throws what parseGraphSpec and loadGraph do. */
export async function graphOfFlags(
  { graph, undirected, graphFormat, graphCache }: GraphFlagValues,
  { notices }: Terminal,
): Promise<Graph | undefined> {
  if (graph === undefined) {
    const about = { undirected, "graph-format": graphFormat, "graph-cache": graphCache };
    const [lone] = Object.entries(about).find(([, value]) => value) ?? [];
    if (lone === undefined) return undefined;
    throw new DfsError("usage", `--${lone} says how a graph is read: it needs --graph SPEC`);
  }
  return await loadGraph(parseGraphSpec(graph), {
    isUndirected: undirected,
    format: graphFormat,
    cacheDir: graphCache,
    verifyCache: false,
    readFile: readGraphFile,
    onNotice: (text) => notices.info(text),
  });
}
