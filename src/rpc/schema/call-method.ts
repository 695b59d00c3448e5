import {
  type DescMessage,
  type DescMethod,
  fromBinary,
  fromJson,
  type JsonValue,
  type Registry,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { DfsError, messageOf } from "../../base/errors.ts";
import type { Idempotency } from "../rpc-method.ts";
import { canonicalJson } from "./json-message.ts";

/** Who sends many messages: nobody, the server, the client, both. */
export type CallKind = "unary" | "server" | "client" | "bidi";

/** `unary`, `server streaming`. */
export function kindText(kind: CallKind): string {
  return kind === "unary" ? kind : `${kind} streaming`;
}

/** A method that a schema describes, for calls whose messages are JSON. */
export interface CallMethod {
  /** `package.Service/Method`. */
  readonly name: string;
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly kind: CallKind;
  /** By its option `idempotency_level`. */
  readonly idempotency: Idempotency;
  readonly request: MessageType;
  readonly response: MessageType;
}

/** One type of message, between JSON and bytes. */
export interface MessageType {
  /** Such as `package.Message`. */
  readonly name: string;
  readonly desc: DescMessage;
  /**
   * `json` checked and in its canonical form. Throws a usage error that names the field, its rule,
   * the value and the nearest; `where` says whose JSON it is, such as `--data`.
   */
  canonical(json: JsonValue, where: string): JsonValue;
  /** The message's bytes; throws as canonical() does. */
  encode(json: JsonValue, where: string): Uint8Array;
  /** Of JSON whose like encode() has taken: faster, and with errors that name less. */
  encodeChecked(json: JsonValue): Uint8Array;
  /** Canonical JSON, unset fields at their defaults; throws on bytes that are no such message. */
  decode(bytes: Uint8Array): JsonValue;
}

/** As the descriptors have them. */
export const callKinds: Readonly<Record<DescMethod["methodKind"], CallKind>> = {
  unary: "unary",
  server_streaming: "server",
  client_streaming: "client",
  bidi_streaming: "bidi",
};

export function callMethod(method: DescMethod, registry: Registry): CallMethod {
  const name = `${method.parent.typeName}/${method.name}`;
  return {
    ...{ name, path: `/${name}`, kind: callKinds[method.methodKind] },
    idempotency: idempotencyOf(method),
    request: messageType(method.input, registry),
    response: messageType(method.output, registry),
  };
}

function idempotencyOf({ idempotency }: DescMethod): Idempotency {
  switch (idempotency) {
    case MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS:
      return "no-side-effects";
    case MethodOptions_IdempotencyLevel.IDEMPOTENT:
      return "idempotent";
    default:
      return "unknown";
  }
}

function messageType(desc: DescMessage, registry: Registry): MessageType {
  const encodeChecked = (json: JsonValue) => toBinary(desc, fromJson(desc, json, { registry }));
  const canonical = (json: JsonValue, where: string) =>
    canonicalJson(desc, json, { where, registry });
  return {
    ...{ name: desc.typeName, desc, canonical, encodeChecked },
    encode(json, where) {
      const checked = canonical(json, where);
      try {
        return encodeChecked(checked);
      } catch (error) {
        // Of the whole: a field that proto2 requires and that is not there.
        throw new DfsError("usage", `${where} cannot be sent: ${messageOf(error)}`);
      }
    },
    decode: (bytes) =>
      toJson(desc, fromBinary(desc, bytes), { registry, alwaysEmitImplicit: true }),
  };
}
