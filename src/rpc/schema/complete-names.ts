import { protoCamelCase } from "@bufbuild/protobuf/reflect";
import type {
  DescriptorProto,
  FieldDescriptorProto,
  FileDescriptorProto,
} from "@bufbuild/protobuf/wkt";
import { joined, resolveName, type TypeNames, typeNames } from "./proto-names.ts";

/**
 * Servers tell their files in looser forms than protoc writes: those of Python leave out the JSON
 * names of fields, those of Node (protobufjs) these and the packages of types. Puts in what is
 * left out; a name that nothing declares stays as it is.
 */
export function completeNames(files: readonly FileDescriptorProto[]): void {
  const names = typeNames([], files);
  for (const file of files) {
    completeFields(file.extension, file.package, names);
    for (const message of file.messageType) completeMessage(message, file.package, names);
    for (const service of file.service) {
      const scope = joined(file.package, service.name);
      for (const method of service.method) {
        method.inputType = complete(method.inputType, scope, names);
        method.outputType = complete(method.outputType, scope, names);
      }
    }
  }
}

function completeMessage(message: DescriptorProto, outer: string, names: TypeNames): void {
  const scope = joined(outer, message.name);
  completeFields(message.field, scope, names);
  completeFields(message.extension, scope, names);
  for (const nested of message.nestedType) completeMessage(nested, scope, names);
}

function completeFields(
  fields: readonly FieldDescriptorProto[],
  scope: string,
  names: TypeNames,
): void {
  for (const field of fields) {
    if (field.jsonName === "") field.jsonName = protoCamelCase(field.name);
    field.typeName = complete(field.typeName, scope, names);
    field.extendee = complete(field.extendee, scope, names);
  }
}

function complete(written: string, scope: string, names: TypeNames): string {
  if (written === "" || written.startsWith(".")) return written;
  const found = resolveName(names, written, scope);
  return found === undefined ? written : `.${found.fullName}`;
}
