import { counted, vertexCountText } from "../base/counted.ts";
import { type Endpoint, formatEndpoint } from "../base/endpoint.ts";
import { printable } from "../base/printable.ts";
import type { EndpointDescription } from "../rpc/describe-endpoint.ts";
import { paint } from "./terminal.ts";

/** One line on who answers at an endpoint, as `check` and the preflight of `load` print it. */
export function endpointLine(endpoint: Endpoint, description: EndpointDescription): string {
  const { isServing, detail, replica, roundTripUs } = description;
  const name = `replica ${formatEndpoint(endpoint)}`;
  const facts = [
    ...(replica === undefined ? [detail] : [`pid ${replica.pid}`, `dfs ${replica.version}`]),
    ...graphFacts(description),
    ...(roundTripUs === undefined ? [] : [`round trip ${(roundTripUs / 1000).toFixed(2)}ms`]),
  ].map(printable);
  if (isServing) return `${paint.green("✓")} ${name} serving (${facts.join(", ")})`;
  const why = replica === undefined ? facts : [printable(detail), ...facts];
  return `${paint.red("✗")} ${name} NOT SERVING (${why.join(", ")})`;
}

/** A replica that does not know the question may still name its default graph. */
function graphFacts({ graph, replica }: EndpointDescription): readonly string[] {
  switch (graph.kind) {
    case "described": {
      const { source, vertices, edges, fingerprint } = graph.graph;
      return [
        source,
        vertexCountText(vertices),
        counted(edges, "edge"),
        `fingerprint ${fingerprint}`,
      ];
    }
    case "refused":
      return [`refuses: ${graph.status}: ${graph.detail}`];
    case "unknown":
    case "silent":
      return replica === undefined ? [] : [replica.graph];
  }
}
