import type { MethodDefinition, PackageDefinition } from "@grpc/proto-loader";
import { assert } from "../base/errors.ts";

/**
 * What a method's option `idempotency_level` promises; anything but `unknown` permits a second
 * execution.
 */
export type Idempotency = "unknown" | "no-side-effects" | "idempotent";

/** One RPC method with its messages typed, for either end. */
export interface RpcMethod<Request, Response> {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly requestSerialize: (request: Request) => Buffer;
  /** Throws on bytes that are not a request. */
  readonly requestDeserialize: (bytes: Buffer) => Request;
  readonly responseSerialize: (response: Response) => Buffer;
  /** Throws on bytes that are not a response. */
  readonly responseDeserialize: (bytes: Buffer) => Response;
  readonly idempotency: Idempotency;
}

/** Reads the fields of a decoded message into a typed one. */
export type Narrow<T> = (message: object) => T;

type UntypedMethod = MethodDefinition<object, object>;

/** The method `name` of the service `service`; both must be in the definition. */
export function rpcMethod<Request extends object, Response extends object>(
  definition: PackageDefinition,
  names: { readonly service: string; readonly method: string },
  narrow: { readonly request: Narrow<Request>; readonly response: Narrow<Response> },
): RpcMethod<Request, Response> {
  const method = untypedMethod(definition, names.service, names.method);
  return {
    path: method.path,
    requestStream: method.requestStream,
    responseStream: method.responseStream,
    requestSerialize: method.requestSerialize,
    requestDeserialize: (bytes) => narrow.request(method.requestDeserialize(bytes)),
    responseSerialize: method.responseSerialize,
    responseDeserialize: (bytes) => narrow.response(method.responseDeserialize(bytes)),
    idempotency: idempotencyOf(method),
  };
}

function untypedMethod(
  definition: PackageDefinition,
  service: string,
  name: string,
): UntypedMethod {
  const found = definition[service];
  // Messages and enums have a format, services do not.
  assert(found !== undefined && !("format" in found), `the definition has a service ${service}`);
  const method = (found as Record<string, UntypedMethod>)[name];
  assert(method !== undefined, `${service} has a method ${name}`);
  return method;
}

function idempotencyOf(method: UntypedMethod): Idempotency {
  switch (method.options.idempotency_level) {
    case "NO_SIDE_EFFECTS":
      return "no-side-effects";
    case "IDEMPOTENT":
      return "idempotent";
    default:
      return "unknown";
  }
}

/** Typed reads of a decoded message's fields; a field of another type is a decoder's bug. */
export class MessageFields {
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(message: object) {
    this.#fields = message as Readonly<Record<string, unknown>>;
  }

  number(name: string): number {
    const value = this.#fields[name];
    assert(typeof value === "number", `field ${name} is a number`);
    return value;
  }

  optionalNumber(name: string): number | undefined {
    return this.#fields[name] === undefined ? undefined : this.number(name);
  }

  boolean(name: string): boolean {
    const value = this.#fields[name];
    assert(typeof value === "boolean", `field ${name} is a boolean`);
    return value;
  }

  text(name: string): string {
    const value = this.#fields[name];
    assert(typeof value === "string", `field ${name} is a text`);
    return value;
  }

  bytes(name: string): Uint8Array {
    const value = this.#fields[name];
    assert(value instanceof Uint8Array, `field ${name} holds bytes`);
    return value;
  }

  numbers(name: string): readonly number[] {
    const value = this.#list(name);
    assert(
      value.every((item) => typeof item === "number"),
      `field ${name} is a list of numbers`,
    );
    return value;
  }

  texts(name: string): readonly string[] {
    const value = this.#list(name);
    assert(
      value.every((item) => typeof item === "string"),
      `field ${name} is a list of texts`,
    );
    return value;
  }

  /** The fields of a message within; undefined when it is absent. */
  optionalMessage(name: string): MessageFields | undefined {
    const value = this.#fields[name];
    if (value === undefined || value === null) return undefined;
    assert(typeof value === "object", `field ${name} is a message`);
    return new MessageFields(value);
  }

  #list(name: string): readonly unknown[] {
    const value = this.#fields[name];
    assert(Array.isArray(value), `field ${name} is a list`);
    return value;
  }
}
