import { type ClientReadableStream, Metadata, type StatusObject, status } from "@grpc/grpc-js";
import {
  type TraverseRequest,
  type TraverseResponse,
  traverse,
} from "../../src/rpc/dfs-service.ts";
import type { TestingClient } from "./testing-client.ts";

/** How a Traverse stream ended, and all that it told. */
export interface Traversed {
  readonly code: string;
  readonly detail: string;
  readonly trailers: Metadata;
  readonly messages: readonly TraverseResponse[];
  readonly vertices: number[];
  readonly parents: number[];
  readonly depths: number[];
}

export type TraverseStream = ClientReadableStream<TraverseResponse>;

export function openTraversal(
  { client }: TestingClient,
  request: TraverseRequest,
  headers: Readonly<Record<string, string>> = {},
): TraverseStream {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(headers)) metadata.set(key, value);
  const { path, requestSerialize, responseDeserialize } = traverse;
  return client.makeServerStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
    request,
    metadata,
  );
}

/** Reads a stream to its end. */
export function readTraversal(stream: TraverseStream): Promise<Traversed> {
  const messages: TraverseResponse[] = [];
  stream.on("data", (message: TraverseResponse) => messages.push(message));
  stream.on("error", () => undefined);
  return new Promise((resolve) => {
    stream.on("status", ({ code, details, metadata }: StatusObject) => {
      const column = (name: "vertices" | "parents" | "depths") =>
        messages.flatMap((message) => numbersOf(message[name]));
      resolve({
        ...{ code: status[code] ?? String(code), detail: details, trailers: metadata, messages },
        vertices: column("vertices"),
        parents: column("parents"),
        depths: column("depths"),
      });
    });
  });
}

function numbersOf(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.byteLength / 4 }, (_, at) => view.getUint32(4 * at, true));
}
