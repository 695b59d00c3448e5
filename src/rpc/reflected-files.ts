import { fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import type { AnyDefinition, MessageTypeDefinition, PackageDefinition } from "@grpc/proto-loader";
import { completeNames } from "./schema/complete-names.ts";

/**
 * The same definition, its files described as protoc does it. protobufjs leaves out JSON names,
 * what is `optional` and the packages of types, and calls the entries of maps as it likes: strict
 * readers, such as those of Go, then refuse the whole file.
 */
export function asProtocTells(definition: PackageDefinition): PackageDefinition {
  const files = new Map<string, FileDescriptorProto>();
  for (const type of Object.values(definition)) {
    for (const bytes of isTypeOfMessages(type) ? type.fileDescriptorProtos : []) {
      const file = fromBinary(FileDescriptorProtoSchema, bytes);
      files.set(file.name, file);
    }
  }
  for (const { messageType } of files.values()) for (const type of messageType) nameEntries(type);
  completeNames([...files.values()]);
  const fileDescriptorProtos = Array.from(files.values(), (file) =>
    Buffer.from(toBinary(FileDescriptorProtoSchema, file)),
  );
  const entries = Object.entries(definition).map(([name, type]) => [
    name,
    isTypeOfMessages(type) ? { ...type, fileDescriptorProtos } : type,
  ]);
  return Object.fromEntries(entries);
}

/** The other entries of a definition are services. */
function isTypeOfMessages(type: AnyDefinition): type is MessageTypeDefinition<object, object> {
  return Array.isArray(type["fileDescriptorProtos"]);
}

/** The entry of a map `statuses` is called StatusesEntry. */
function nameEntries(message: DescriptorProto): void {
  for (const nested of message.nestedType) {
    nameEntries(nested);
    if (nested.options?.mapEntry !== true || nested.name.endsWith("Entry")) continue;
    const { name } = nested;
    nested.name = `${name}Entry`;
    for (const field of message.field) if (field.typeName === name) field.typeName = nested.name;
  }
}
