import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileRegistry } from "../../src/rpc/schema/file-set.ts";
import { readProtoFiles } from "../../src/rpc/schema/proto-files.ts";
import { Schema } from "../../src/rpc/schema/schema.ts";
import { tempDir } from "./temp-dir.ts";

/** The schema that a .proto file of this text makes. */
export function schemaOf(text: string): Schema {
  using dir = tempDir();
  const path = join(dir.path, "test.proto");
  writeFileSync(path, text);
  return new Schema(fileRegistry(readProtoFiles([path], []), "test.proto"), "test.proto");
}

/** Its service, with one method from `Request` to `Answer`, which are declared in `messages`. */
export function methodOf(messages: string) {
  const schema = schemaOf(`
    syntax = "proto3";
    package shop;
    import "google/protobuf/any.proto";
    import "google/protobuf/duration.proto";
    import "google/protobuf/struct.proto";
    import "google/protobuf/timestamp.proto";
    import "google/protobuf/wrappers.proto";
    service Shop { rpc Ask(Request) returns (Answer); }
    ${messages}
  `);
  return schema.method("shop.Shop/Ask", "--call");
}
