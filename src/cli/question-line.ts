import { printable } from "../base/printable.ts";
import type { DecidedQuestion } from "../workload/dfs-question.ts";

/** What all requests of a load ask, and where the right answer comes from. */
export function questionLine({ search, spec, graph }: DecidedQuestion): string {
  const { target = search.targetName, source = search.sourceName ?? 0 } = search;
  const question =
    target === undefined ? `visit all from ${source}` : `find ${target} from ${source}`;
  const right =
    graph === undefined
      ? "agreed by replicas, the first to answer sets it"
      : `computed from ${graph.spec}`;
  return printable(`Question: ${question} in ${spec}; right answer: ${right}`);
}
