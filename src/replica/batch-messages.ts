import type { Graph } from "../graph/graph.ts";
import { columnBytes, type WalkColumns, walkColumns } from "../graph/walk-columns.ts";
import type { TraverseResponse } from "../rpc/dfs-service.ts";
import { namesOf } from "./names-of.ts";
import type { Batch } from "./search-messages.ts";

/**
 * A batch as it is sent: one message, or with names (of `named`) as many as the names need. The
 * messages lie in the batch's memory.
 */
export function batchMessages(
  { first, count, buffer }: Batch,
  named: Graph | undefined,
  namesMaxBytes: number,
): TraverseResponse[] {
  const columns = walkColumns(buffer);
  if (named === undefined) return [{ first, ...columnBytes(columns, count) }];
  const messages: TraverseResponse[] = [];
  for (let from = 0; from < count; ) {
    const names = namesOf(named, columns.vertices.subarray(from, count), namesMaxBytes);
    const part = columnBytes(sliceOf(columns, from), names.length);
    messages.push({ first: first + from, ...part, names });
    from += names.length;
  }
  return messages;
}

function sliceOf({ vertices, parents, depths }: WalkColumns, from: number): WalkColumns {
  return {
    vertices: vertices.subarray(from),
    parents: parents.subarray(from),
    depths: depths.subarray(from),
  };
}
