import { type DescMessage, ScalarType } from "@bufbuild/protobuf";
import {
  BoolValueSchema,
  BytesValueSchema,
  DoubleValueSchema,
  FloatValueSchema,
  Int32ValueSchema,
  Int64ValueSchema,
  StringValueSchema,
  UInt32ValueSchema,
  UInt64ValueSchema,
} from "@bufbuild/protobuf/wkt";

/** How one type of value is written in JSON. */
export interface JsonRule {
  /** A message that is nothing but one such value: it is written in JSON in the same way. */
  readonly wrapper: DescMessage;
  /** Goes on after "must be". */
  readonly words: string;
}

const int32: JsonRule = {
  wrapper: Int32ValueSchema,
  words: "a whole number in -2147483648..2147483647",
};
const uint32: JsonRule = {
  wrapper: UInt32ValueSchema,
  words: "a whole number in 0..4294967295",
};
const int64: JsonRule = {
  wrapper: Int64ValueSchema,
  words: "a whole number in -9223372036854775808..9223372036854775807, bare or in quotes",
};
const uint64: JsonRule = {
  wrapper: UInt64ValueSchema,
  words: "a whole number in 0..18446744073709551615, bare or in quotes",
};

const rules: Readonly<Record<ScalarType, JsonRule>> = {
  [ScalarType.DOUBLE]: {
    wrapper: DoubleValueSchema,
    words: 'a number, "NaN", "Infinity" or "-Infinity"',
  },
  [ScalarType.FLOAT]: {
    wrapper: FloatValueSchema,
    words: 'a number of 32 bits, "NaN", "Infinity" or "-Infinity"',
  },
  [ScalarType.INT32]: int32,
  [ScalarType.SINT32]: int32,
  [ScalarType.SFIXED32]: int32,
  [ScalarType.UINT32]: uint32,
  [ScalarType.FIXED32]: uint32,
  [ScalarType.INT64]: int64,
  [ScalarType.SINT64]: int64,
  [ScalarType.SFIXED64]: int64,
  [ScalarType.UINT64]: uint64,
  [ScalarType.FIXED64]: uint64,
  [ScalarType.BOOL]: { wrapper: BoolValueSchema, words: "true or false" },
  [ScalarType.STRING]: { wrapper: StringValueSchema, words: "a text in quotes" },
  [ScalarType.BYTES]: { wrapper: BytesValueSchema, words: "bytes as base64 in quotes" },
};

export function scalarRule(type: ScalarType): JsonRule {
  return rules[type];
}

const messageRules: Readonly<Record<string, string>> = {
  "google.protobuf.Timestamp": 'a time such as "2026-01-31T12:00:00Z" (RFC 3339)',
  "google.protobuf.Duration": 'seconds such as "1.5s"',
  "google.protobuf.FieldMask": 'names of fields such as "name,unitPrice"',
  "google.protobuf.Struct": "an object of anything",
  "google.protobuf.ListValue": "a list of anything",
  "google.protobuf.Value": "any JSON but NaN",
  "google.protobuf.DoubleValue": rules[ScalarType.DOUBLE].words,
  "google.protobuf.FloatValue": rules[ScalarType.FLOAT].words,
  "google.protobuf.Int64Value": int64.words,
  "google.protobuf.UInt64Value": uint64.words,
  "google.protobuf.Int32Value": int32.words,
  "google.protobuf.UInt32Value": uint32.words,
  "google.protobuf.BoolValue": rules[ScalarType.BOOL].words,
  "google.protobuf.StringValue": rules[ScalarType.STRING].words,
  "google.protobuf.BytesValue": rules[ScalarType.BYTES].words,
};

/** Undefined: its JSON is an object of its fields. */
export function messageRule({ typeName }: DescMessage): string | undefined {
  return messageRules[typeName];
}

/** The names of the scalar types, as .proto files have them. */
export const scalarNames: Readonly<Record<ScalarType, string>> = {
  [ScalarType.DOUBLE]: "double",
  [ScalarType.FLOAT]: "float",
  [ScalarType.INT32]: "int32",
  [ScalarType.SINT32]: "sint32",
  [ScalarType.SFIXED32]: "sfixed32",
  [ScalarType.UINT32]: "uint32",
  [ScalarType.FIXED32]: "fixed32",
  [ScalarType.INT64]: "int64",
  [ScalarType.SINT64]: "sint64",
  [ScalarType.SFIXED64]: "sfixed64",
  [ScalarType.UINT64]: "uint64",
  [ScalarType.FIXED64]: "fixed64",
  [ScalarType.BOOL]: "bool",
  [ScalarType.STRING]: "string",
  [ScalarType.BYTES]: "bytes",
};
