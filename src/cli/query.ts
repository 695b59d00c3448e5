import { DfsError } from "../base/errors.ts";
import type { ExitStatus } from "../base/exit-status.ts";
import { resolveTargets } from "../failover/resolve-targets.ts";
import { defaultVertexCount } from "../graph/modular-graph.ts";
import type { DescribeGraphResponse } from "../rpc/dfs-service.ts";
import { resolveName } from "../rpc/resolve-name.ts";
import { channelOpener } from "../rpc/tls-client.ts";
import { answerOne } from "./query-answer.ts";
import { checkTogether, type QueryValues, queryFlags, questionOf } from "./query-flags.ts";
import { printOrder } from "./query-order.ts";
import { QuerySession } from "./query-session.ts";
import { defineSubcommand, type RunContext } from "./subcommand.ts";
import { clientTlsOf } from "./tls-flags.ts";

export const queryCommand = defineSubcommand({
  name: "query",
  description: "Ask replicas for one search, through the failover client",
  examples: [
    "dfs query --replicas localhost:50051,localhost:50052 --target 42000",
    "dfs query --replicas localhost:50051 --source 7 --target 42000 --path",
    "dfs query --replicas localhost:50051,localhost:50052 --order",
    "dfs query --replicas localhost:50051 --order --tsv",
    "dfs query --replicas localhost:50051 --target 1 --reachable --json",
  ],
  endsAtOnce: true,
  flags: queryFlags,
  appendix: () => [
    "PIPES",
    "",
    "  dfs query --replicas localhost:50051 --order | head -3",
    "  dfs query --replicas localhost:50051 --order --tsv > order.tsv",
    "",
    "Of a graph with names (the ids of its file), vertices are read and printed by name, unless",
    "--vertices is given. In printed names a backslash is \\\\, a tab \\t, line ends are \\n and \\r,",
    "other characters that cannot be shown are like \\u{2028}; --json is exact.",
    "",
    "Exit status: 0 answered, and a target was found; 1 the target was not found (which takes",
    "--reachable); 2 the graph has no such vertex; 5 no replica answered, or standard output took",
    "no more. A pipe that is closed early, as by head, ends it with 0.",
  ],
  async run(values, context) {
    checkTogether(values);
    const { deadline: deadlineMs } = values;
    const { clock } = context;
    const openChannel = channelOpener(clientTlsOf(values, context));
    const targets = await resolveTargets(values.replicas, { resolve: resolveName, clock });
    using session = new QuerySession({ targets, deadlineMs, openChannel }, context);
    const described = await session.graph(values.numVertices ?? 0);
    if (described === undefined) return await askOriginal(session, values, context);
    const byName = described.hasNames && !values.vertices;
    const question = questionOf(values, described, byName);
    const source =
      question.sourceName ?? question.source ?? (await session.first(described, byName));
    const asked = { question, graph: described, byName, source };
    return values.order
      ? await printOrder(session, asked, values, context)
      : await answerOne(session, asked, values, context);
  },
});

/** Replicas of the original system would take what they do not know for a plain search. */
async function askOriginal(
  session: QuerySession,
  values: QueryValues,
  context: RunContext,
): Promise<ExitStatus> {
  const { path, order, source, reachable } = values;
  const beyond = Object.entries({ path, order, source, reachable }).find(([, value]) => value);
  if (beyond !== undefined) {
    throw new DfsError("cannot-run", `The replicas do not know DescribeGraph, nor --${beyond[0]}`);
  }
  const vertices = values.numVertices ?? defaultVertexCount;
  const graph: DescribeGraphResponse = {
    ...{ vertices, edges: 0, source: `modular:${vertices}`, fingerprint: "", hasNames: false },
  };
  const question = { ...questionOf(values, graph, false), numVertices: vertices };
  return await answerOne(session, { question, graph, byName: false, source: 0 }, values, context);
}
