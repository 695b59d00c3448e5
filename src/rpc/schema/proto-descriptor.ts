import { create } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  DescriptorProtoSchema,
  type EnumDescriptorProto,
  EnumDescriptorProtoSchema,
  type FieldDescriptorProto,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FieldDescriptorProtoSchema,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  MethodOptions_IdempotencyLevel,
  type ServiceDescriptorProto,
  ServiceDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import protobuf from "protobufjs";
import { DfsError } from "../../base/errors.ts";
import { didYouMean } from "../../base/nearest.ts";
import { joined, resolveName, type TypeNames } from "./proto-names.ts";
import { lineOf, type ProtoSource } from "./proto-source.ts";

/**
 * The file as descriptor.proto has it, with all that requests and answers need. protobufjs's own
 * conversion would put everything that shares a package into one file, proto2 beside proto3, and
 * lose what tells them apart. Throws `cannot-run`, with file and line, for a name that nothing
 * declares. `dependency` are the names of the files it imports.
 */
export function fileDescriptor(
  source: ProtoSource,
  names: TypeNames,
  dependency: readonly string[],
): FileDescriptorProto {
  const { name, packageName, syntax, top } = source;
  const scope: Scope = { source, names, fullName: packageName };
  return create(FileDescriptorProtoSchema, {
    ...{ name, package: packageName, syntax, dependency: [...dependency] },
    ...membersOf(top, scope),
    service: top.nestedArray
      .filter((nested) => nested instanceof protobuf.Service)
      .map((service) => serviceDescriptor(service, scope)),
  });
}

/** Where names are looked up, and which file errors name. */
interface Scope {
  readonly source: ProtoSource;
  readonly names: TypeNames;
  readonly fullName: string;
}

function membersOf(namespace: protobuf.NamespaceBase, scope: Scope) {
  const nested = namespace.nestedArray;
  const messages = nested.filter((one) => one instanceof protobuf.Type);
  const extensions = nested.filter((one) => one instanceof protobuf.Field);
  return {
    messageType: messages.map((type) => messageDescriptor(type, scope)),
    enumType: nested.filter((one) => one instanceof protobuf.Enum).map(enumDescriptor),
    // What extends options says nothing of requests, and would need the option's own file.
    extension: extensions
      .filter(({ extend = "" }) => !/(^|\.)google\.protobuf\.\w+Options$/.test(extend))
      .map((field) => fieldDescriptor(field, scope, [])),
  };
}

function messageDescriptor(type: protobuf.Type, outer: Scope): DescriptorProto {
  const scope = { ...outer, fullName: joined(outer.fullName, type.name) };
  const { messageType, enumType, extension } = membersOf(type, scope);
  // Those that stand for an `optional` come last, as descriptor.proto demands.
  const oneofs = type.oneofsArray.toSorted(
    (a, b) => Number(isSynthetic(a)) - Number(isSynthetic(b)),
  );
  const names = oneofs.map(({ name }) => name);
  // The library puts an extension beside the fields of what it extends, too.
  const fields = type.fieldsArray.filter(({ declaringField }) => declaringField === null);
  const maps = fields.filter((field) => field instanceof protobuf.MapField);
  return create(DescriptorProtoSchema, {
    ...{ name: type.name, enumType, extension },
    field: fields.map((field) => fieldDescriptor(field, scope, names)),
    oneofDecl: names.map((name) => ({ name })),
    nestedType: [...messageType, ...maps.map((field) => mapEntry(field, scope))],
  });
}

function optionOf(options: protobuf.ReflectionObject["options"], name: string): unknown {
  return options?.[name];
}

function isSynthetic({ fieldsArray }: protobuf.OneOf): boolean {
  return fieldsArray.some(({ options }) => optionOf(options, "proto3_optional") === true);
}

function mapEntry(field: protobuf.MapField, scope: Scope): DescriptorProto {
  const key = new protobuf.Field("key", 1, field.keyType);
  const value = new protobuf.Field("value", 2, field.type);
  return create(DescriptorProtoSchema, {
    name: entryName(field.name),
    field: [key, value].map((one) => fieldDescriptor(one, scope, [])),
    options: { mapEntry: true },
  });
}

/** `unit_price` -> `UnitPriceEntry`, as protoc names it. */
function entryName(fieldName: string): string {
  const camel = fieldName.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) =>
    letter.toUpperCase(),
  );
  return `${camel.replaceAll("_", "")}Entry`;
}

function fieldDescriptor(
  field: protobuf.Field,
  scope: Scope,
  oneofs: readonly string[],
): FieldDescriptorProto {
  const { name, id, extend, partOf, options = {} } = field;
  const extendee = extend === undefined ? undefined : typed(extend, name, scope).typeName;
  const { default: byDefault, packed, json_name: jsonName, proto3_optional: isOptional } = options;
  return create(FieldDescriptorProtoSchema, {
    ...{ name, number: id, label: labelOf(field) },
    ...(field instanceof protobuf.MapField
      ? mapType(field, scope)
      : typed(field.type, name, scope)),
    ...(extendee === undefined ? {} : { extendee }),
    ...(partOf === null ? {} : { oneofIndex: oneofs.indexOf(partOf.name) }),
    ...(isOptional === true ? { proto3Optional: true } : {}),
    ...(byDefault === undefined ? {} : { defaultValue: String(byDefault) }),
    ...(typeof jsonName === "string" ? { jsonName } : {}),
    ...(typeof packed === "boolean" ? { options: { packed } } : {}),
  });
}

function labelOf(field: protobuf.Field): FieldDescriptorProto_Label {
  // What the library derives from it is known only once it has resolved the names.
  const rule = "rule" in field ? field.rule : undefined;
  if (rule === "required") return FieldDescriptorProto_Label.REQUIRED;
  const isMany = rule === "repeated" || field instanceof protobuf.MapField;
  return isMany ? FieldDescriptorProto_Label.REPEATED : FieldDescriptorProto_Label.OPTIONAL;
}

function mapType({ name }: protobuf.MapField, { fullName }: Scope) {
  const type = FieldDescriptorProto_Type.MESSAGE;
  return { type, typeName: `.${joined(fullName, entryName(name))}` };
}

const scalarTypes: Readonly<Record<string, FieldDescriptorProto_Type>> = {
  double: FieldDescriptorProto_Type.DOUBLE,
  float: FieldDescriptorProto_Type.FLOAT,
  int64: FieldDescriptorProto_Type.INT64,
  uint64: FieldDescriptorProto_Type.UINT64,
  int32: FieldDescriptorProto_Type.INT32,
  fixed64: FieldDescriptorProto_Type.FIXED64,
  fixed32: FieldDescriptorProto_Type.FIXED32,
  bool: FieldDescriptorProto_Type.BOOL,
  string: FieldDescriptorProto_Type.STRING,
  bytes: FieldDescriptorProto_Type.BYTES,
  uint32: FieldDescriptorProto_Type.UINT32,
  sfixed32: FieldDescriptorProto_Type.SFIXED32,
  sfixed64: FieldDescriptorProto_Type.SFIXED64,
  sint32: FieldDescriptorProto_Type.SINT32,
  sint64: FieldDescriptorProto_Type.SINT64,
};

function typed(written: string, user: string, scope: Scope) {
  const scalar = scalarTypes[written];
  if (scalar !== undefined) return { type: scalar };
  const { source, names, fullName } = scope;
  const found = resolveName(names, written, fullName);
  if (found === undefined) throw unknownType(written, user, scope);
  const typeName = `.${found.fullName}`;
  if (found.kind === "enum") return { type: FieldDescriptorProto_Type.ENUM, typeName };
  const isGroup = groupOf(source, found.fullName, user);
  const { GROUP, MESSAGE } = FieldDescriptorProto_Type;
  return { type: isGroup ? GROUP : MESSAGE, typeName };
}

/** Whether the field `user` is the group of that name, whose type is declared with it. */
function groupOf({ top, packageName }: ProtoSource, fullName: string, user: string): boolean {
  const local = packageName === "" ? fullName : fullName.slice(packageName.length + 1);
  const type = top.lookup(local);
  if (!(type instanceof protobuf.Type) || !("group" in type && type.group === true)) return false;
  return type.name.toLowerCase() === user.toLowerCase();
}

function unknownType(written: string, user: string, { source, names, fullName }: Scope): DfsError {
  const line = lineOf(source, written);
  const place = line === undefined ? source.path : `${source.path}:${line}`;
  const shortNames = [...names.keys()].map((name) => name.slice(name.lastIndexOf(".") + 1));
  const near = didYouMean(written, [...new Set([...shortNames, ...Object.keys(scalarTypes)])]);
  const where = joined(fullName, user);
  return new DfsError("cannot-run", `${place}: ${where} has the unknown type "${written}"${near}`);
}

function enumDescriptor({ name, values, options }: protobuf.Enum): EnumDescriptorProto {
  return create(EnumDescriptorProtoSchema, {
    name,
    value: Object.entries(values).map(([value, number]) => ({ name: value, number })),
    ...(optionOf(options, "allow_alias") === true ? { options: { allowAlias: true } } : {}),
  });
}

function serviceDescriptor(service: protobuf.Service, outer: Scope): ServiceDescriptorProto {
  const scope = { ...outer, fullName: joined(outer.fullName, service.name) };
  const methods = service.methodsArray.map((method) => {
    const { name, requestType, responseType, requestStream, responseStream, options } = method;
    return {
      name,
      inputType: typed(requestType, name, scope).typeName ?? "",
      outputType: typed(responseType, name, scope).typeName ?? "",
      clientStreaming: requestStream === true,
      serverStreaming: responseStream === true,
      options: { idempotencyLevel: idempotencyOf(optionOf(options, "idempotency_level")) },
    };
  });
  return create(ServiceDescriptorProtoSchema, { name: service.name, method: methods });
}

function idempotencyOf(level: unknown): MethodOptions_IdempotencyLevel {
  const { IDEMPOTENT, NO_SIDE_EFFECTS, IDEMPOTENCY_UNKNOWN } = MethodOptions_IdempotencyLevel;
  if (level === "NO_SIDE_EFFECTS") return NO_SIDE_EFFECTS;
  return level === "IDEMPOTENT" ? IDEMPOTENT : IDEMPOTENCY_UNKNOWN;
}
