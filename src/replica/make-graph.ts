import { messageOf } from "../base/errors.ts";
import { loadGraph } from "../graph/load-graph.ts";
import { graphNotice } from "./posted-graph.ts";
import type { MakeNews, MakeOrder } from "./search-messages.ts";

/** Makes a graph for another thread, or takes it from the cache; tells what became of it. */
export async function makeGraph(
  { spec, cacheDir, verifyCache }: MakeOrder,
  tell: (news: MakeNews) => void,
): Promise<void> {
  try {
    const graph = await loadGraph(spec, {
      ...{ cacheDir, verifyCache, isUndirected: false, format: undefined },
      readFile: () => Promise.reject(new Error("A graph that is made by a rule is not read")),
      onNotice: (text) => tell({ kind: "remark", text }),
    });
    tell({ kind: "made", notice: graphNotice(graph) });
  } catch (error) {
    tell({ kind: "not-made", failure: messageOf(error) });
  }
}
