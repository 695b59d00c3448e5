import { printable } from "../base/printable.ts";
import type { LoadSubject } from "../load/load-config.ts";
import { type Call, expectationText } from "../workload/call.ts";
import type { DecidedQuestion } from "../workload/dfs-question.ts";

/** What all requests of a load are about, and where the right answer comes from. */
export function subjectLine(subject: LoadSubject): string {
  return subject.kind === "call" ? callLine(subject.call) : questionLine(subject.question);
}

function callLine(call: Call): string {
  return printable(`Right answer: ${expectationText(call)}`);
}

function questionLine({ search, spec, graph }: DecidedQuestion): string {
  const { target = search.targetName, source = search.sourceName ?? 0 } = search;
  const question =
    target === undefined ? `visit all from ${source}` : `find ${target} from ${source}`;
  const right =
    graph === undefined
      ? "agreed by replicas, the first to answer sets it"
      : `computed from ${graph.spec}`;
  return printable(`Question: ${question} in ${spec}; right answer: ${right}`);
}
