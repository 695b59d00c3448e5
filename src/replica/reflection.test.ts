import { describe, expect, test } from "bun:test";
import { TestingClient } from "../../tests/support/testing-client.ts";
import {
  reflectionAlphaService,
  reflectionService,
  type ServerReflectionRequest,
  type ServerReflectionResponse,
} from "../rpc/reflection-service.ts";
import { startReplica } from "./replica.ts";

type Info = typeof reflectionService.ServerReflectionInfo;

async function ask(client: TestingClient, info: Info, request: ServerReflectionRequest) {
  const stream = client.client.makeBidiStreamRequest(
    info.path,
    info.requestSerialize,
    info.responseDeserialize,
  );
  const answer = new Promise<ServerReflectionResponse>((resolve, reject) => {
    stream.once("data", resolve);
    stream.once("error", reject);
  });
  stream.write(request);
  const response = await answer;
  stream.end();
  return response;
}

describe("Reflection", () => {
  const start = () =>
    startReplica({
      host: "127.0.0.1",
      port: 0,
      graph: { kind: "modular", defaultVertexCount: 10 },
      version: "1",
    });

  for (const service of [reflectionService, reflectionAlphaService]) {
    const info = service.ServerReflectionInfo;

    test(`${info.path} lists services, finds a symbol, says what it does not know`, async () => {
      const replica = await start();
      using client = new TestingClient(replica.addresses[0] ?? "");
      const list = await ask(client, info, { listServices: "" });
      const names = list.listServicesResponse?.service?.map(({ name }) => name);
      expect(names).toEqual(
        expect.arrayContaining([
          "dfs.DFSService",
          "grpc.health.v1.Health",
          "grpc.reflection.v1.ServerReflection",
          "grpc.reflection.v1alpha.ServerReflection",
        ]),
      );
      const symbol = await ask(client, info, { fileContainingSymbol: "dfs.DFSService.RunDFS" });
      const files = symbol.fileDescriptorResponse?.fileDescriptorProto ?? [];
      const text = files.map((file) => Buffer.from(file).toString("latin1")).join("");
      expect(text).toContain("DescribeReplica");
      const unknown = await ask(client, info, { fileContainingSymbol: "dfs.Nothing" });
      // 5 is NOT_FOUND.
      expect(unknown.errorResponse?.errorCode).toBe(5);
      await replica.drain(1000);
    });
  }

  test("an idle reflection stream does not hold up a drain", async () => {
    const replica = await start();
    using client = new TestingClient(replica.addresses[0] ?? "");
    const info = reflectionService.ServerReflectionInfo;
    const stream = client.client.makeBidiStreamRequest(
      info.path,
      info.requestSerialize,
      info.responseDeserialize,
    );
    const ended = new Promise((resolve) => stream.once("status", resolve));
    const answered = new Promise((resolve) => stream.on("data", resolve));
    stream.write({ listServices: "" });
    await answered;
    expect(await replica.drain(5000)).toEqual({ finished: true });
    expect(await ended).toMatchObject({ code: 0 });
  });
});
