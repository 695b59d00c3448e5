import type { CsrGraph } from "../graph/csr-graph.ts";
import type { Graph } from "../graph/graph.ts";
import type { SearchPlan } from "../graph/search-plan.ts";
import type { SearchQuestion } from "../rpc/dfs-service.ts";
import type { Refusal } from "./refusal.ts";

/** The search of `graph` that a request asks for, or what is wrong with it. */
export function planOf(graph: Graph, question: SearchQuestion): SearchPlan | Refusal {
  const target = vertexOf(graph, "target", question.target, question.targetName);
  if (typeof target === "object") return target;
  const source = vertexOf(graph, "source", question.source, question.sourceName);
  if (typeof source === "object") return source;
  return {
    source: source ?? 0,
    target: target ?? -1,
    reachableOnly: question.reachableOnly ?? false,
  };
}

/** Undefined: neither was given. */
function vertexOf(
  graph: Graph,
  field: "target" | "source",
  vertex: number | undefined,
  name: string | undefined,
): number | undefined | Refusal {
  if (vertex !== undefined && name !== undefined) {
    return invalid(
      `${field} and ${field}_name must not be given together: current values are ` +
        `${vertex} and "${name}"`,
    );
  }
  if (name !== undefined) {
    return (
      vertexNamed(graph, name) ??
      invalid(
        `${field}_name must be the name of a vertex of ${graph.spec}: current value is "${name}"`,
      )
    );
  }
  return vertex === undefined ? undefined : checkVertex(graph, field, vertex);
}

/** `vertex`, or a refusal that names `field`. */
export function checkVertex(graph: CsrGraph, field: string, vertex: number): number | Refusal {
  if (vertex >= 0 && vertex < graph.vertexCount) return vertex;
  return invalid(`${field} must be ${vertexRange(graph)}: current value is ${vertex}`);
}

function vertexRange({ vertexCount, spec }: CsrGraph): string {
  if (vertexCount === 0) return `absent, as ${spec} has no vertices`;
  return `a vertex of ${spec}, in 0..${vertexCount - 1}`;
}

/** Where vertices have no names their numbers are. */
export function vertexNamed({ names, vertexCount }: Graph, name: string): number | undefined {
  if (names !== undefined) return names.vertexOf(name);
  const isNumber = /^(0|[1-9]\d{0,9})$/.test(name) && Number(name) < vertexCount;
  return isNumber ? Number(name) : undefined;
}

export function nameOfVertex({ names }: Graph, vertex: number): string {
  return names === undefined ? String(vertex) : names.nameOf(vertex);
}

/** `asked`: what is known of the graph that was asked for. */
export function otherGraph({ spec, fingerprint }: Graph, asked: string): Refusal {
  const message =
    `this replica serves another graph (${spec}, fingerprint ${fingerprint}) than the one asked ` +
    `for (${asked})`;
  return { status: "FAILED_PRECONDITION", message };
}

export function invalid(message: string): Refusal {
  return { status: "INVALID_ARGUMENT", message };
}
