import { describe, expect, test } from "bun:test";
import * as grpc from "@grpc/grpc-js";
import { RunningReplica } from "../../../tests/support/running-replica.ts";
import { Reflection } from "../../replica/reflection.ts";
import { openHttp2Channel } from "../http2-channel.ts";
import { loadReflectedDefinition } from "../proto-definitions.ts";
import { reflectionAlphaService } from "../reflection-service.ts";
import { openSchema } from "./open-schema.ts";

/** The schema of what the servers on these ports say of themselves. */
async function reflected(ports: readonly number[], wanted: string, metadata = {}) {
  const channels = ports.map((port) => openHttp2Channel({ host: "127.0.0.1", port }));
  try {
    const options = { channels, timeoutMs: 3000, metadata };
    const wants = (name: string) => name === wanted;
    return await openSchema({ kind: "reflection" }, { ...options, wants });
  } finally {
    for (const channel of channels) channel.close();
  }
}

interface Served extends AsyncDisposable {
  readonly port: number;
  readonly keys: string[];
}

/** A server with no service, or with the older reflection alone. */
async function serve(hasReflection: boolean): Promise<Served> {
  const server = new grpc.Server();
  const keys: string[] = [];
  if (hasReflection) {
    const { handlers } = new Reflection(loadReflectedDefinition);
    server.addService(reflectionAlphaService, {
      ServerReflectionInfo: (stream: Parameters<typeof handlers.ServerReflectionInfo>[0]) => {
        keys.push(...Object.keys(stream.metadata.getMap()));
        handlers.ServerReflectionInfo(stream);
      },
    });
  }
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return { port, keys, [Symbol.asyncDispose]: async () => server.forceShutdown() };
}

const portOf = ({ replica }: RunningReplica) =>
  Number(replica.addresses[0]?.slice(replica.addresses[0].lastIndexOf(":") + 1));

describe("the schema by server reflection", () => {
  test("is that of our own replica: idempotency, presence, the kinds of calls", async () => {
    await using replica = await RunningReplica.start();
    const schema = await reflected([portOf(replica)], "dfs.DFSService");
    const run = schema.method("dfs.DFSService/RunDFS", "--call");
    expect([run.kind, run.idempotency]).toEqual(["unary", "no-side-effects"]);
    expect(run.request.decode(run.request.encode({ target: 0 }, ""))).toMatchObject({ target: 0 });
    expect(run.request.decode(new Uint8Array())).not.toHaveProperty("target");
    const traverse = schema.method("dfs.DFSService/Traverse", "--call");
    expect(traverse.kind).toBe("server");
    expect(schema.serviceNames).toContain("grpc.health.v1.Health");
    expect(() => schema.method("dfs.DfsService/RunDFS", "--call")).toThrow(
      'did you mean "dfs.DFSService"?',
    );
  });

  test("is had from a server that knows v1alpha alone, with the metadata it wants", async () => {
    await using server = await serve(true);
    const schema = await reflected([server.port], "grpc.health.v1.Health", { tenant: "a" });
    const check = schema.method("grpc.health.v1.Health/Check", "--call");
    expect(check.idempotency).toBe("unknown");
    expect(check.response.canonical({ status: 1 }, "")).toEqual({ status: "SERVING" });
    expect(server.keys).toContain("tenant");
  });

  test("is had from the first replica that answers", async () => {
    await using mute = await serve(false);
    await using server = await serve(true);
    const schema = await reflected([1, mute.port, server.port], "dfs.DFSService");
    expect(schema.source).toBe(`the reflection of 127.0.0.1:${server.port}`);
  });

  test("is told to be missing where nobody has it, and how to do without", async () => {
    await using server = await serve(false);
    expect(reflected([server.port], "a.B")).rejects.toThrow(
      /it has neither grpc\.reflection\.v1 nor v1alpha; --proto FILE or --protoset FILE/,
    );
    expect(reflected([1], "a.B")).rejects.toThrow("UNAVAILABLE: no connection");
  });
});
