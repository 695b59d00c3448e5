import type { FileDescriptorProto } from "@bufbuild/protobuf/wkt";
import protobuf from "protobufjs";
import type { ProtoSource } from "./proto-source.ts";

export type TypeKind = "message" | "enum";

/** Full names of messages and enums, without a dot before them. */
export type TypeNames = ReadonlyMap<string, TypeKind>;

/** What the files declare, those of the library included. */
export function typeNames(
  sources: readonly ProtoSource[],
  ready: readonly FileDescriptorProto[],
): TypeNames {
  const names = new Map<string, TypeKind>();
  for (const { top, packageName } of sources) addNamespace(names, top, packageName);
  for (const file of ready) {
    const scope = { fullName: file.package, messages: file.messageType, enums: file.enumType };
    addDescriptors(names, scope);
  }
  return names;
}

function addNamespace(
  names: Map<string, TypeKind>,
  namespace: protobuf.NamespaceBase,
  fullName: string,
): void {
  for (const nested of namespace.nestedArray) {
    const name = joined(fullName, nested.name);
    if (nested instanceof protobuf.Enum) names.set(name, "enum");
    if (!(nested instanceof protobuf.Type)) continue;
    names.set(name, "message");
    addNamespace(names, nested, name);
  }
}

interface DescriptorScope {
  readonly fullName: string;
  readonly messages: FileDescriptorProto["messageType"];
  readonly enums: FileDescriptorProto["enumType"];
}

function addDescriptors(
  names: Map<string, TypeKind>,
  { fullName, messages, enums }: DescriptorScope,
): void {
  for (const { name } of enums) names.set(joined(fullName, name), "enum");
  for (const message of messages) {
    const name = joined(fullName, message.name);
    names.set(name, "message");
    const { nestedType, enumType } = message;
    addDescriptors(names, { fullName: name, messages: nestedType, enums: enumType });
  }
}

/**
 * What `written` means within `scope`: the innermost declaration of its first part decides, as in
 * protoc; undefined when there is none.
 */
export function resolveName(
  names: TypeNames,
  written: string,
  scope: string,
): { readonly fullName: string; readonly kind: TypeKind } | undefined {
  const found = (fullName: string) => {
    const kind = names.get(fullName);
    return kind === undefined ? undefined : { fullName, kind };
  };
  if (written.startsWith(".")) return found(written.slice(1));
  const parts = scope === "" ? [] : scope.split(".");
  for (let depth = parts.length; depth >= 0; depth--) {
    const match = found([...parts.slice(0, depth), written].join("."));
    if (match !== undefined) return match;
  }
  return undefined;
}

export function joined(scope: string, name: string): string {
  return scope === "" ? name : `${scope}.${name}`;
}
