import type { DescEnum, DescField, DescMessage, DescMethod, DescService } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence, MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { callKinds, kindText } from "./call-method.ts";
import { scalarNames } from "./json-rules.ts";

/** A service for people to read. */
export interface ServiceWords {
  readonly methods: readonly MethodWords[];
  /** The messages and enums that its methods use, each once, in the order of their first use. */
  readonly types: readonly TypeWords[];
}

export interface MethodWords {
  readonly name: string;
  /** `unary`, `server streaming`, `client streaming`, `bidi streaming`. */
  readonly kind: string;
  /** `idempotent (NO_SIDE_EFFECTS)`, or `not known to be idempotent`. */
  readonly idempotency: string;
  readonly request: string;
  readonly response: string;
}

export interface TypeWords {
  readonly kind: "message" | "enum";
  readonly name: string;
  /** As a .proto file has them: `optional int32 target = 1`. */
  readonly members: readonly string[];
}

export function serviceWords(service: DescService): ServiceWords {
  const types = new Map<string, TypeWords>();
  for (const { input, output } of service.methods) {
    addMessage(types, input);
    addMessage(types, output);
  }
  return { methods: service.methods.map(methodWords), types: [...types.values()] };
}

function methodWords({ name, methodKind, idempotency, input, output }: DescMethod): MethodWords {
  const level = MethodOptions_IdempotencyLevel[idempotency];
  const isKnown = idempotency !== MethodOptions_IdempotencyLevel.IDEMPOTENCY_UNKNOWN;
  return {
    name,
    kind: kindText(callKinds[methodKind]),
    idempotency: isKnown ? `idempotent (${level})` : "not known to be idempotent",
    request: input.typeName,
    response: output.typeName,
  };
}

/** What everybody knows is not told. */
function addMessage(types: Map<string, TypeWords>, message: DescMessage): void {
  const { typeName: name, fields } = message;
  if (types.has(name) || name.startsWith("google.protobuf.")) return;
  types.set(name, { kind: "message", name, members: fields.map(fieldWords) });
  for (const field of fields) {
    if (field.message !== undefined) addMessage(types, field.message);
    if (field.enum !== undefined) addEnum(types, field.enum);
  }
}

function addEnum(types: Map<string, TypeWords>, { typeName: name, values }: DescEnum): void {
  if (types.has(name) || name.startsWith("google.protobuf.")) return;
  const members = values.map((value) => `${value.name} = ${value.number}`);
  types.set(name, { kind: "enum", name, members });
}

function fieldWords(field: DescField): string {
  const of = field.oneof === undefined ? "" : ` (of the oneof ${field.oneof.name})`;
  return `${typeWords(field)} ${field.name} = ${field.number}${of}`;
}

function typeWords(field: DescField): string {
  const { message, enum: enumeration, scalar } = field;
  const scalarName = scalar === undefined ? "" : scalarNames[scalar];
  const type = message?.typeName ?? enumeration?.typeName ?? scalarName;
  if (field.fieldKind === "list") return `repeated ${type}`;
  if (field.fieldKind === "map") return `map<${scalarNames[field.mapKey]}, ${type}>`;
  if (field.presence === FeatureSet_FieldPresence.LEGACY_REQUIRED) return `required ${type}`;
  const isOptional =
    field.presence === FeatureSet_FieldPresence.EXPLICIT &&
    field.fieldKind !== "message" &&
    field.oneof === undefined;
  return isOptional ? `optional ${type}` : type;
}
