import { isFieldSet } from "@bufbuild/protobuf";
import { protoCamelCase } from "@bufbuild/protobuf/reflect";
import {
  type DescriptorProto,
  type FieldDescriptorProto,
  FieldDescriptorProtoSchema,
  type FileDescriptorProto,
} from "@bufbuild/protobuf/wkt";
import { joined, resolveName, type TypeNames, typeNames } from "./proto-names.ts";

/**
 * Servers tell their files in looser forms than protoc writes: those of Python leave out the JSON
 * names of fields, those of Node (protobufjs) these, the packages of types and what is `optional`.
 * Puts in what is left out; a name that nothing declares stays as it is.
 */
export function completeNames(files: readonly FileDescriptorProto[]): void {
  const names = typeNames([], files);
  for (const file of files) {
    completeFields(file.extension, file.package, names);
    for (const message of file.messageType) {
      completeMessage(message, file.package, names);
      if (file.syntax === "proto3") markOptional(message);
    }
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

/** An `optional` of proto3 is a oneof of its own, called `_` and its name. */
function markOptional(message: DescriptorProto): void {
  for (const [index, oneof] of message.oneofDecl.entries()) {
    const members = message.field.filter((field) => isMemberOf(field, index));
    const [only] = members;
    if (members.length === 1 && only !== undefined && oneof.name === `_${only.name}`) {
      only.proto3Optional = true;
    }
  }
  for (const nested of message.nestedType) markOptional(nested);
}

function isMemberOf(field: FieldDescriptorProto, oneofIndex: number): boolean {
  return (
    isFieldSet(field, FieldDescriptorProtoSchema.field.oneofIndex) &&
    field.oneofIndex === oneofIndex
  );
}

function completeFields(
  fields: readonly FieldDescriptorProto[],
  scope: string,
  names: TypeNames,
): void {
  for (const field of fields) {
    if (field.jsonName === "") field.jsonName = protoCamelCase(field.name);
    // A field that is set, though to nothing, says something else to strict readers.
    if (field.typeName !== "") field.typeName = complete(field.typeName, scope, names);
    if (field.extendee !== "") field.extendee = complete(field.extendee, scope, names);
  }
}

function complete(written: string, scope: string, names: TypeNames): string {
  if (written === "" || written.startsWith(".")) return written;
  const found = resolveName(names, written, scope);
  return found === undefined ? written : `.${found.fullName}`;
}
