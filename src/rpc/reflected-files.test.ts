import { expect, test } from "bun:test";
import { fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { loadReflectedDefinition } from "./proto-definitions.ts";

test("asProtocTells() describes optional fields, JSON names, types and maps as protoc does", async () => {
  const [type] = Object.values(await loadReflectedDefinition()).flatMap(
    ({ fileDescriptorProtos }) =>
      Array.isArray(fileDescriptorProtos) ? [fileDescriptorProtos] : [],
  );
  const files = type?.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes)) ?? [];
  const messages = files.flatMap(({ messageType }) => messageType);
  const message = (name: string) => messages.find((each) => each.name === name);
  expect(message("RunRequest")?.field.slice(0, 2)).toMatchObject([
    { name: "target", jsonName: "target", proto3Optional: true },
    { name: "num_vertices", jsonName: "numVertices", proto3Optional: false },
  ]);
  const health = message("HealthListResponse");
  expect(health?.nestedType.map(({ name }) => name)).toEqual(["StatusesEntry"]);
  expect(health?.field[0]?.typeName).toBe(".grpc.health.v1.HealthListResponse.StatusesEntry");
});
