import { describe, expect, test } from "bun:test";
import { create, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import * as grpc from "@grpc/grpc-js";
import { freePorts } from "../../../tests/support/free-ports.ts";
import { RunningReplica } from "../../../tests/support/running-replica.ts";
import { Reflection } from "../../replica/reflection.ts";
import { openHttp2Channel } from "../http2-channel.ts";
import { loadReflectedDefinition } from "../proto-definitions.ts";
import {
  reflectionAlphaService,
  type ServerReflectionRequest,
  type ServerReflectionResponse,
} from "../reflection-service.ts";
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

type Stream = grpc.ServerDuplexStream<ServerReflectionRequest, ServerReflectionResponse>;

/** A server with no service, or with the older reflection alone. */
async function serve(reflect?: (stream: Stream) => void): Promise<Served> {
  const server = new grpc.Server();
  const keys: string[] = [];
  if (reflect !== undefined) {
    server.addService(reflectionAlphaService, {
      ServerReflectionInfo: (stream: Stream) => {
        keys.push(...Object.keys(stream.metadata.getMap()));
        reflect(stream);
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

const ours = (stream: Stream) =>
  new Reflection(loadReflectedDefinition).handlers.ServerReflectionInfo(stream);

/** Tells each file alone, with relative names, and does not have the one of the options. */
function looseReflection(stream: Stream): void {
  const files = {
    "shop.proto": create(FileDescriptorProtoSchema, {
      ...{ name: "shop.proto", package: "shop", syntax: "proto3" },
      dependency: ["item.proto", "gogoproto/gogo.proto", "google/protobuf/empty.proto"],
      service: [{ name: "Shop", method: [{ name: "Get", inputType: "Item", outputType: "Item" }] }],
    }),
    "item.proto": create(FileDescriptorProtoSchema, {
      ...{ name: "item.proto", package: "shop", syntax: "proto3" },
      messageType: [
        { name: "Item", field: [{ name: "unit_price", number: 1, label: 1, type: 5 }] },
      ],
    }),
  };
  const answer = (name: string | undefined): ServerReflectionResponse => {
    const file = Object.values(files).find((one) => one.name === name);
    if (file === undefined) return { errorResponse: { errorCode: 5, errorMessage: "not here" } };
    const bytes = toBinary(FileDescriptorProtoSchema, file);
    return { fileDescriptorResponse: { fileDescriptorProto: [Buffer.from(bytes)] } };
  };
  stream.on("data", ({ listServices, fileContainingSymbol: symbol, fileByFilename: name }) => {
    if (listServices !== undefined) {
      stream.write({ listServicesResponse: { service: [{ name: "shop.Shop" }] } });
    } else stream.write(answer(symbol === "shop.Shop" ? "shop.proto" : name));
  });
  stream.on("end", () => stream.end());
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
    await using server = await serve(ours);
    const schema = await reflected([server.port], "grpc.health.v1.Health", { tenant: "a" });
    const check = schema.method("grpc.health.v1.Health/Check", "--call");
    expect(check.idempotency).toBe("unknown");
    expect(check.response.canonical({ status: 1 }, "")).toEqual({ status: "SERVING" });
    expect(server.keys).toContain("tenant");
  });

  test("is put together from files that are told alone, and does without those of options", async () => {
    await using server = await serve(looseReflection);
    const schema = await reflected([server.port], "shop.Shop");
    const { request } = schema.method("shop.Shop/Get", "--call");
    expect(request.decode(request.encode({ unitPrice: 5 }, ""))).toEqual({ unitPrice: 5 });
  });

  test("is not had from one that ends without a word", async () => {
    await using server = await serve((stream) => void stream.end());
    await expect(reflected([server.port], "shop.Shop")).rejects.toThrow(
      "it ended its answer without a message; --proto FILE or --protoset FILE give it without",
    );
  });

  test("is had from the first replica that answers", async () => {
    await using mute = await serve();
    await using server = await serve(ours);
    const [gone = 0] = await freePorts(1);
    const schema = await reflected([gone, mute.port, server.port], "dfs.DFSService");
    expect(schema.source).toBe(`the reflection of 127.0.0.1:${server.port}`);
  });

  test("is told to be missing where nobody has it, and how to do without", async () => {
    const [gone = 0] = await freePorts(1);
    await using server = await serve();
    await expect(reflected([server.port], "a.B")).rejects.toThrow(
      /it has neither grpc\.reflection\.v1 nor v1alpha; --proto FILE or --protoset FILE/,
    );
    await expect(reflected([gone], "a.B")).rejects.toThrow("UNAVAILABLE: no connection");
  });
});
