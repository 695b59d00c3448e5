import { fromBinary } from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { DfsError, messageOf } from "../../base/errors.ts";
import { readGivenFile } from "../../base/given-file.ts";
import { limits } from "../../base/limits.ts";

/**
 * The files in a FileDescriptorSet, as protoc's --descriptor_set_out and `buf build` write it.
 * Throws `cannot-run` for a file that is none.
 */
export function readProtoset(path: string): readonly FileDescriptorProto[] {
  const bytes = readGivenFile(path, `the protoset ${path}`, limits.protosetMaxBytes);
  try {
    const { file } = fromBinary(FileDescriptorSetSchema, bytes);
    if (file.length > 0 && file.every(({ name }) => name !== "")) return file;
  } catch (error) {
    throw new DfsError("cannot-run", `Cannot read the protoset ${path}: ${messageOf(error)}`);
  }
  throw new DfsError(
    "cannot-run",
    `Cannot read the protoset ${path}: it is no FileDescriptorSet, as ` +
      "protoc --include_imports --descriptor_set_out=FILE makes one",
  );
}
