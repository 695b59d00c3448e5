import * as grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

export interface GuideServer extends AsyncDisposable {
  readonly port: number;
  /** The names asked for, and the metadata that came with each, in order. */
  readonly names: string[];
  readonly metadata: Readonly<Record<string, grpc.MetadataValue>>[];
}

interface Query {
  readonly name: string;
}

/**
 * A server of tests/support/guide-schema.ts, whose text is in the file `proto`, without health
 * service and without reflection. It finds every place `height` high, and none called "nowhere".
 */
export async function startGuideServer(proto: string, height: number): Promise<GuideServer> {
  const service = loadSync(proto)["guide.Guide"] as grpc.ServiceDefinition;
  const server = new grpc.Server();
  const names: string[] = [];
  const metadata: Record<string, grpc.MetadataValue>[] = [];
  const find: grpc.handleUnaryCall<Query, object> = (call, answer) => {
    names.push(call.request.name);
    metadata.push(call.metadata.getMap());
    if (call.request.name === "nowhere") answer({ code: grpc.status.NOT_FOUND, details: "none" });
    else answer(null, { height, seenAt: { seconds: 60 * names.length }, tags: ["a", "b"] });
  };
  server.addService(service, { Find: find, Note: find });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return { port, names, metadata, [Symbol.asyncDispose]: async () => server.forceShutdown() };
}
