import { messageOf } from "../base/errors.ts";
import {
  createSearchScratch,
  depthFirstSearch,
  type SearchResult,
} from "../graph/depth-first-search.ts";
import { modularGraph } from "../graph/modular-graph.ts";
import { runDfs } from "../rpc/dfs-service.ts";
import type { Workload } from "./workload.ts";

export interface DfsWorkloadOptions {
  /** The vertex to find; undefined: visit the whole graph. */
  readonly target: number | undefined;
  /** N of modular:N. */
  readonly numVertices: number;
  /** `answer`: compare with the right answer. `status`: an OK that can be read is right. */
  readonly verify: "answer" | "status";
}

/**
 * RunDFS with one and the same question, whose right answer is found here, once, before the load
 * begins.
 */
export function dfsWorkload(options: DfsWorkloadOptions): Workload {
  const { target, numVertices } = options;
  const bytes = runDfs.requestSerialize(
    target === undefined ? { numVertices } : { target, numVertices },
  );
  const right = options.verify === "answer" ? rightAnswer(options) : undefined;
  return {
    path: runDfs.path,
    isIdempotent: runDfs.idempotency !== "unknown",
    requestBytes: () => bytes,
    faultOf(_number, response) {
      const answer = readAnswer(response);
      if (typeof answer === "string") return answer;
      if (right === undefined) return undefined;
      const isRight = answer.found === right.found && answer.visitedCount === right.visitedCount;
      return isRight ? undefined : `expected ${inWords(right)}, got ${inWords(answer)}`;
    },
  };
}

function rightAnswer(options: DfsWorkloadOptions): SearchResult {
  return depthFirstSearch(modularGraph(options.numVertices), createSearchScratch(), options.target);
}

function readAnswer(response: Uint8Array): SearchResult | string {
  try {
    return runDfs.responseDeserialize(Buffer.from(response));
  } catch (error) {
    return `an answer that is no RunResponse: ${messageOf(error)}`;
  }
}

function inWords(answer: SearchResult): string {
  return `found=${answer.found} visited=${answer.visitedCount}`;
}
