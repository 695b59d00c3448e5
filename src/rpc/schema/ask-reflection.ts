import { fromBinary } from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { formatEndpoint } from "../../base/endpoint.ts";
import { DfsError, messageOf } from "../../base/errors.ts";
import { limits } from "../../base/limits.ts";
import type { CallEnd, Channel, StreamCall } from "../channel.ts";
import {
  reflectionAlphaService,
  reflectionService,
  type ServerReflectionRequest,
  type ServerReflectionResponse,
} from "../reflection-service.ts";
import { statusName } from "../status.ts";
import { wellKnownFile } from "./well-known-files.ts";

/** What a server says of itself by server reflection. */
export interface Reflected {
  /** Who was asked, such as `the reflection of localhost:50051`. */
  readonly source: string;
  /** All services that it offers, described or not. */
  readonly serviceNames: readonly string[];
  /** Those of the services asked for, and all that they import. */
  readonly files: readonly FileDescriptorProto[];
}

export interface AskReflection {
  /** Of the replicas, the first of which to answer is asked. */
  readonly channels: readonly Channel[];
  /** Of each question. */
  readonly timeoutMs: number;
  /** Goes with each question. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** The services to describe; those that the server does not offer are left out. */
  readonly wants: (serviceName: string) => boolean;
}

/**
 * By grpc.reflection.v1, else v1alpha. Throws `cannot-run` when nobody answers, or those who do
 * have neither.
 */
export async function askReflection(options: AskReflection): Promise<Reflected> {
  const greeted = options.channels.map((channel) => greet(new Asker(channel, options)));
  try {
    const { asker, serviceNames } = await Promise.any(greeted);
    const files = await filesOf(asker, serviceNames.filter(options.wants));
    return { source: asker.source, serviceNames, files };
  } catch (error) {
    // Of all refusals the first replica's; whatever is no refusal comes through.
    throw error instanceof AggregateError ? error.errors[0] : error;
  }
}

async function greet(asker: Asker) {
  const { listServicesResponse } = await asker.ask({ listServices: "" });
  const names = (listServicesResponse?.service ?? []).map(({ name = "" }) => name);
  return { asker, serviceNames: names.filter((name) => name !== "").toSorted() };
}

/** Follows what is imported: a server may tell each file alone, or all that it needs with it. */
async function filesOf(
  asker: Asker,
  services: readonly string[],
): Promise<readonly FileDescriptorProto[]> {
  const files = new Map<string, FileDescriptorProto>();
  const add = (answer: ServerReflectionResponse) => {
    for (const bytes of answer.fileDescriptorResponse?.fileDescriptorProto ?? []) {
      const file = readFile(bytes, asker.source);
      files.set(file.name, file);
    }
    if (files.size > limits.protoFileMaxCount) {
      throw asker.failure(`it tells of more than ${limits.protoFileMaxCount} files`);
    }
  };
  for (const service of services) add(await asker.ask({ fileContainingSymbol: service }));
  const asked = new Set<string>();
  for (;;) {
    const missing = Array.from(files.values())
      .flatMap(({ dependency }) => dependency)
      .find((name) => !files.has(name) && !asked.has(name) && wellKnownFile(name) === undefined);
    if (missing === undefined) break;
    asked.add(missing);
    const answer = await asker.try({ fileByFilename: missing });
    if (answer !== undefined) add(answer);
  }
  const isKnown = (name: string) => files.has(name) || wellKnownFile(name) !== undefined;
  // Servers in Go may not have the files of the options that others use: nothing else is in them.
  for (const file of files.values()) file.dependency = file.dependency.filter(isKnown);
  return [...files.values()];
}

function readFile(bytes: ArrayLike<number> | string, source: string): FileDescriptorProto {
  try {
    const array = typeof bytes === "string" ? Buffer.from(bytes, "base64") : Uint8Array.from(bytes);
    return fromBinary(FileDescriptorProtoSchema, array);
  } catch (error) {
    throw new DfsError("cannot-run", `${source} cannot be read: ${messageOf(error)}`);
  }
}

/** Asks one server, one question a call, in the version that it knows. */
class Asker {
  readonly source: string;
  readonly #channel: Channel;
  readonly #head: Pick<StreamCall, "timeoutMs" | "metadata">;
  #method = reflectionService.ServerReflectionInfo;

  constructor(channel: Channel, { timeoutMs, metadata = {} }: AskReflection) {
    this.#channel = channel;
    this.#head = { timeoutMs, metadata };
    this.source = `the reflection of ${formatEndpoint(channel.endpoint)}`;
  }

  failure(why: string): DfsError {
    return new DfsError(
      "cannot-run",
      `Cannot learn the schema by ${this.source}: ${why}; ` +
        "--proto FILE or --protoset FILE give it without",
    );
  }

  /** Throws `cannot-run` for what is no answer, or an error. */
  async ask(request: ServerReflectionRequest): Promise<ServerReflectionResponse> {
    const answer = await this.#answer(request);
    const { errorResponse } = answer;
    if (errorResponse === undefined || errorResponse === null) return answer;
    const { errorCode = 2, errorMessage = "" } = errorResponse;
    const what = request.fileContainingSymbol ?? "its services";
    throw this.failure(`asked for ${what}: ${statusName(errorCode)}: ${errorMessage}`);
  }

  /** The same, but an error is undefined. */
  async try(request: ServerReflectionRequest): Promise<ServerReflectionResponse | undefined> {
    const answer = await this.#answer(request);
    const isError = answer.errorResponse !== undefined && answer.errorResponse !== null;
    return isError ? undefined : answer;
  }

  async #answer(request: ServerReflectionRequest): Promise<ServerReflectionResponse> {
    const { answer, end } = await this.#call(request);
    if (answer === undefined) {
      const isOlder = this.#method === reflectionService.ServerReflectionInfo;
      if (end.status === "OK") throw this.failure("it ended its answer without a message");
      if (end.status !== "UNIMPLEMENTED") throw this.failure(`${end.status}: ${end.detail}`);
      if (!isOlder) throw this.failure("it has neither grpc.reflection.v1 nor v1alpha");
      this.#method = reflectionAlphaService.ServerReflectionInfo;
      return this.#answer(request);
    }
    return answer;
  }

  #call(
    request: ServerReflectionRequest,
  ): Promise<{ readonly answer: ServerReflectionResponse | undefined; readonly end: CallEnd }> {
    const { path, requestSerialize, responseDeserialize } = this.#method;
    let answer: ServerReflectionResponse | undefined;
    let unreadable: DfsError | undefined;
    return new Promise((resolve, reject) => {
      this.#channel.stream(
        { path, requests: [requestSerialize(request)], ...this.#head },
        {
          onMessage: (message) => {
            try {
              answer ??= responseDeserialize(Buffer.from(message));
            } catch (error) {
              unreadable = this.failure(`its answer cannot be read: ${messageOf(error)}`);
            }
          },
          onEnd: (end) => {
            if (unreadable !== undefined) reject(unreadable);
            else resolve({ answer, end });
          },
        },
      );
    });
  }
}
