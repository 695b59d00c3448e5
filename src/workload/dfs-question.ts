import { counted, vertexCountText } from "../base/counted.ts";
import { assert, DfsError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import type { Graph } from "../graph/graph.ts";
import { defaultVertexCount, modularSpec } from "../graph/modular-graph.ts";
import type { GraphReply } from "../rpc/describe-endpoint.ts";
import type { DescribeGraphResponse, SearchQuestion } from "../rpc/dfs-service.ts";
import { regenerate } from "./regenerate.ts";

/** A vertex as a user names it: by its number, or by its name in the graph's file. */
export type VertexChoice = { readonly vertex: number } | { readonly name: string };

/** What a user asks, before anybody knows of which graph. */
export interface AskedQuestion {
  /** `default`: a vertex that the graph has, far enough down the order to take some searching. */
  readonly target: VertexChoice | "default" | "none";
  /** Undefined: vertex 0. */
  readonly source: VertexChoice | undefined;
  /** N of modular:N; undefined: of the graph that the replicas have. */
  readonly numVertices: number | undefined;
  /** How errors call what was asked; by default the flags. */
  readonly calls?: QuestionNames;
}

/** For each part of a question: `--target`, or its place in a file and its key. */
export interface QuestionNames {
  readonly target: string;
  readonly source: string;
  readonly numVertices: string;
}

const flagNames: QuestionNames = {
  ...{ target: "--target", source: "--source", numVertices: "--num-vertices" },
};

/** What a replica said of its graph. */
export interface GraphAnswer {
  /** `host:port`. */
  readonly endpoint: string;
  readonly reply: GraphReply;
}

/** The question as every request puts it, and which graph must answer it. */
export interface DecidedQuestion {
  readonly search: SearchQuestion;
  /** Of the graph that must answer. */
  readonly fingerprint: string;
  /** The graph's spec. */
  readonly spec: string;
  readonly vertexCount: number;
  readonly edgeCount: number;
  /** The graph, to find the right answer in; undefined: the replicas' answers must agree. */
  readonly graph: Graph | undefined;
}

/**
 * Settles which question is asked of which graph, by what the replicas said they serve. `own` is
 * the graph that must answer, when the user has named one. Throws `cannot-run` when replicas serve
 * different graphs, another one than `own`, or refuse the question; a usage error when the graph
 * has no such vertex.
 */
export function decideQuestion(
  asked: AskedQuestion,
  answers: readonly GraphAnswer[],
  own?: Graph,
): DecidedQuestion {
  refuseRefusals(asked, answers);
  const described = answers.flatMap(({ endpoint, reply }) =>
    reply.kind === "described" ? [{ endpoint, graph: reply.graph }] : [],
  );
  const difference = graphDifference(answers);
  if (difference !== undefined) {
    throw new DfsError("cannot-run", `The replicas serve different graphs: ${difference}`);
  }
  const [first] = described;
  // What nobody has described is what the user asks for, whatever it costs.
  const edgeMaxCount = first === undefined ? limits.graphEdgeMaxCount : undefined;
  const graph = own ?? regenerate(first?.graph.source ?? originalSpec(asked), edgeMaxCount);
  if (first !== undefined && graph !== undefined) refuseOther(first, graph, own !== undefined);
  const facts = graph === undefined ? first?.graph : factsOf(graph);
  assert(facts !== undefined, "a graph is known from here or from a replica");
  refuseOtherCount(asked, facts);
  return {
    search: questionOn(asked, facts, graph),
    fingerprint: facts.fingerprint,
    spec: facts.source,
    vertexCount: facts.vertices,
    edgeCount: facts.edges,
    graph,
  };
}

/** The names in the question that only a replica can look up, as its graph is not here. */
export function namesToLookUp({ search, graph }: DecidedQuestion): readonly string[] {
  const names = [search.targetName, search.sourceName].filter((name) => name !== undefined);
  return graph === undefined ? names : [];
}

/** Throws the usage error of a name that the replicas' graph turned out not to have. */
export function refuseUnknownNames(
  { search, spec }: DecidedQuestion,
  unknown: readonly string[],
): void {
  const { targetName, sourceName } = search;
  for (const [role, name] of Object.entries({ target: targetName, source: sourceName })) {
    if (name !== undefined && unknown.includes(name)) throw noSuchName(role, name, spec);
  }
}

function noSuchName(role: string, name: string, spec: string): DfsError {
  return new DfsError(
    "usage",
    `--${role}-name must be a name in ${spec}: current value is "${name}"`,
  );
}

/** Who serves what, when not all that have described their graph serve the same. */
export function graphDifference(answers: readonly GraphAnswer[]): string | undefined {
  const served = answers.flatMap(({ endpoint, reply }) =>
    reply.kind === "described" ? [{ endpoint, graph: reply.graph }] : [],
  );
  if (new Set(served.map(({ graph }) => graph.fingerprint)).size < 2) return undefined;
  return served.map(({ endpoint, graph }) => `${endpoint} ${graphInWords(graph)}`).join("; ");
}

/** `modular:50000 (50000 vertices, 149999 edges, fingerprint 0123456789abcdef)`. */
export function graphInWords(graph: Omit<DescribeGraphResponse, "hasNames">): string {
  const { source, vertices, edges, fingerprint } = graph;
  return `${source} (${vertexCountText(vertices)}, ${counted(edges, "edge")}, fingerprint ${fingerprint})`;
}

function refuseRefusals(
  { numVertices, calls }: AskedQuestion,
  answers: readonly GraphAnswer[],
): void {
  const by = numVertices === undefined || calls === undefined ? "" : `; see ${calls.numVertices}`;
  for (const { endpoint, reply } of answers) {
    if (reply.kind !== "refused") continue;
    const { status, detail } = reply;
    throw new DfsError(
      "cannot-run",
      `Replica ${endpoint} refuses the question: ${status}: ${detail}${by}`,
    );
  }
}

/** The graph of a replica of the original system, which cannot be asked for it. */
function originalSpec({ numVertices = defaultVertexCount }: AskedQuestion): string {
  return modularSpec(numVertices);
}

function refuseOther(
  served: { readonly endpoint: string; readonly graph: DescribeGraphResponse },
  graph: Graph,
  isOwn: boolean,
): void {
  if (served.graph.fingerprint === graph.fingerprint) return;
  const here = isOwn ? "--graph is" : "the same spec makes here";
  throw new DfsError(
    "cannot-run",
    `Replica ${served.endpoint} serves ${graphInWords(served.graph)}, and ${here} ` +
      graphInWords(factsOf(graph)),
  );
}

function refuseOtherCount(
  { numVertices, calls }: AskedQuestion,
  facts: DescribeGraphResponse,
): void {
  if (numVertices === undefined || numVertices === facts.vertices) return;
  throw new DfsError(
    "usage",
    `${(calls ?? flagNames).numVertices} must be ${facts.vertices} for ${facts.source}, or left out: ` +
      `current value is "${numVertices}"`,
  );
}

function factsOf(graph: Graph): DescribeGraphResponse {
  const { vertexCount: vertices, edgeCount: edges, spec: source, fingerprint } = graph;
  return { vertices, edges, source, fingerprint, hasNames: graph.names !== undefined };
}

function questionOn(
  asked: AskedQuestion,
  facts: DescribeGraphResponse,
  graph: Graph | undefined,
): SearchQuestion {
  const target = targetOn(asked, facts);
  return {
    ...(target === undefined ? {} : placed("target", { asked, choice: target }, facts, graph)),
    ...(asked.source === undefined
      ? {}
      : placed("source", { asked, choice: asked.source }, facts, graph)),
    numVertices: facts.vertices,
  };
}

/** By default the vertex after 84 of a hundred: 42000 of 50000. */
function targetOn(
  { target }: AskedQuestion,
  { vertices }: DescribeGraphResponse,
): VertexChoice | undefined {
  if (target === "none") return undefined;
  if (target !== "default") return target;
  return vertices === 0 ? undefined : { vertex: Math.floor((84 * vertices) / 100) };
}

/** The fields of a request for a vertex; throws a usage error when the graph does not have it. */
function placed(
  role: "target" | "source",
  { asked, choice }: { readonly asked: AskedQuestion; readonly choice: VertexChoice },
  { vertices, source: spec, hasNames }: DescribeGraphResponse,
  graph: Graph | undefined,
): Partial<SearchQuestion> {
  if ("name" in choice) {
    const { name } = choice;
    const isUnknown = graph?.names !== undefined && graph.names.vertexOf(name) === undefined;
    if (hasNames && !isUnknown) return { [`${role}Name`]: name };
    if (hasNames) throw noSuchName(role, name, spec);
    throw new DfsError(
      "usage",
      `--${role}-name must be left out, as ${spec} has no names: current value is "${name}"`,
    );
  }
  if (choice.vertex < vertices) return { [role]: choice.vertex };
  const rule = vertices === 0 ? `left out, as ${spec} has no vertices` : `in 0..${vertices - 1}`;
  throw new DfsError(
    "usage",
    `${(asked.calls ?? flagNames)[role]} must be a vertex of ${spec}, ${rule}: current value is "${choice.vertex}"`,
  );
}
