import { vertexCountText } from "../base/counted.ts";
import { formatEndpoint } from "../base/endpoint.ts";
import { DfsError } from "../base/errors.ts";
import { type ExitStatus, exitStatus } from "../base/exit-status.ts";
import { escaped, printable, printableJson } from "../base/printable.ts";
import {
  type DescribeGraphResponse,
  type RunResponse,
  runDfs,
  type SearchQuestion,
} from "../rpc/dfs-service.ts";
import type { QueryValues } from "./query-flags.ts";
import type { Answered, QuerySession } from "./query-session.ts";
import type { RunContext } from "./subcommand.ts";

/** A question, and the graph that must answer it. */
export interface AskedOf {
  readonly question: SearchQuestion;
  readonly graph: DescribeGraphResponse;
  /** Vertices are read and printed by name. */
  readonly byName: boolean;
  /** The vertex the search begins at, as it is read and printed. */
  readonly source: string | number;
}

/** Asks RunDFS once and prints what it answers; the path alone goes to stdout when asked for. */
export async function answerOne(
  session: QuerySession,
  asked: AskedOf,
  { path: withPath, json }: QueryValues,
  { terminal }: RunContext,
): Promise<ExitStatus> {
  const { question, graph, byName } = asked;
  const answered = await session.ask(runDfs, {
    ...question,
    withPath,
    withNames: withPath && byName,
  });
  if (answered === undefined) {
    throw new DfsError("cannot-run", "The replicas do not know RunDFS: do they serve DFSService?");
  }
  const { response } = answered;
  refuseOther(graph, response);
  if (withPath) refuseLongPath(response);
  if (json) terminal.line(printableJson(answerObject(asked, answered)));
  else if (withPath) {
    terminal.notices.info(answerText(asked, answered));
    const { path = [], pathNames } = response;
    const shown = byName ? (pathNames ?? []).map(escaped) : path;
    if (shown.length > 0) terminal.line(shown.join("\n"));
  } else terminal.line(answerText(asked, answered));
  return foundStatus(question, response.found);
}

/** A target that was asked for and not found is a criterion that was not met. */
export function foundStatus(question: SearchQuestion, found: boolean): ExitStatus {
  return found || !hasTarget(question) ? exitStatus.verified : exitStatus.criterionNotMet;
}

function hasTarget({ target, targetName }: SearchQuestion): boolean {
  return target !== undefined || targetName !== undefined;
}

/** A replica that has been asked since may have been started anew with another graph. */
function refuseOther(graph: DescribeGraphResponse, { fingerprint = "" }: RunResponse): void {
  if (fingerprint === graph.fingerprint) return;
  throw new DfsError(
    "cannot-run",
    `The replicas serve different graphs: the answer is from ${fingerprint}, and ` +
      `${graph.source} is ${graph.fingerprint}`,
  );
}

function refuseLongPath({ path = [], pathLength = 0 }: RunResponse): void {
  if (path.length === pathLength) return;
  throw new DfsError(
    "cannot-run",
    `The path has ${pathLength} vertices, more than one answer carries; ` +
      "--order --tsv gives every vertex with its parent",
  );
}

/** `found 42000 from 0 in modular:50000: 341 vertices visited; ...`. */
export function questionText({ question, graph, source }: AskedOf, found: boolean): string {
  const target = question.targetName ?? question.target;
  const from = `from ${escaped(`${source}`)} in ${printable(graph.source)}`;
  if (target === undefined) return `searched ${from}`;
  return `${found ? "found" : "did not find"} ${escaped(`${target}`)} ${from}`;
}

function answerText(asked: AskedOf, { response, endpoint, elapsedMs }: Answered<RunResponse>) {
  const { found, visitedCount, runtimeMs, pathLength } = response;
  const path = pathLength === undefined ? "" : `, path of ${vertexCountText(pathLength)}`;
  const by = endpoint === undefined ? "" : ` from ${formatEndpoint(endpoint)}`;
  return (
    `${questionText(asked, found)}: ${vertexCountText(visitedCount)} visited${path}; ` +
    `search ${runtimeMs.toFixed(2)}ms, answer after ${elapsedMs.toFixed(2)}ms${by}`
  );
}

function answerObject(
  { question, graph, source }: AskedOf,
  { response, endpoint, elapsedMs }: Answered<RunResponse>,
) {
  const { path, pathLength, pathNames } = response;
  const { vertices, edges, fingerprint } = graph;
  return {
    found: response.found,
    visited: response.visitedCount,
    target: question.targetName ?? question.target ?? null,
    source,
    runtimeMs: response.runtimeMs,
    elapsedMs,
    replica: endpoint === undefined ? null : formatEndpoint(endpoint),
    graph: fingerprint === "" ? null : { source: graph.source, vertices, edges, fingerprint },
    ...(path === undefined ? {} : { pathLength, path }),
    ...(pathNames === undefined ? {} : { pathNames }),
  };
}
