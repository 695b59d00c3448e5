import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { createSearchScratch, depthFirstSearch } from "../../src/graph/depth-first-search.ts";
import { modularGraph } from "../../src/graph/modular-graph.ts";

export interface OriginalReplica extends AsyncDisposable {
  readonly port: number;
}

interface OriginalRequest {
  readonly target?: number;
  readonly num_vertices: number;
}

/**
 * A server written from the original system's contract: RunDFS over modular:N of the N it is told,
 * and nothing else, neither health nor any later method.
 */
export async function startOriginalReplica(): Promise<OriginalReplica> {
  const proto = loadSync(join(import.meta.dir, "../interop/original.proto"), { keepCase: true });
  const service = proto["dfs.DFSService"] as grpc.ServiceDefinition;
  const server = new grpc.Server();
  const runDfs: grpc.handleUnaryCall<OriginalRequest, object> = ({ request }, answer) => {
    const graph = modularGraph(request.num_vertices);
    const { found, visitedCount } = depthFirstSearch(graph, createSearchScratch(), request.target);
    answer(null, { found, visited_count: visitedCount, runtime_ms: 1 });
  };
  server.addService(service, { RunDFS: runDfs });
  const port = await new Promise<number>((resolve, reject) => {
    const credentials = grpc.ServerCredentials.createInsecure();
    server.bindAsync("127.0.0.1:0", credentials, (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return {
    port,
    async [Symbol.asyncDispose]() {
      server.forceShutdown();
    },
  };
}
