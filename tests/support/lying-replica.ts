import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

export interface LyingReplica extends AsyncDisposable {
  readonly port: number;
}

/**
 * Answers every RunDFS with OK and an empty message, which the original system counted as success.
 */
export async function startLyingReplica(): Promise<LyingReplica> {
  const proto = loadSync(join(import.meta.dir, "../../proto/dfs.proto"));
  const service = proto["dfs.DFSService"] as grpc.ServiceDefinition;
  const server = new grpc.Server();
  const empty: grpc.handleUnaryCall<unknown, object> = (_call, answer) => answer(null, {});
  server.addService(service, { RunDFS: empty });
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
